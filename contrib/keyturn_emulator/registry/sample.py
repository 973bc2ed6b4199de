"""A small container image, for tests and demo: nobody needs another registry to begin with."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

OCI = "application/vnd.oci.image"


def write_image(directory: Path) -> str:
    """An image with one file in its one layer, as an OCI layout; what skopeo calls it."""
    layer = _layer(b"hello\n")
    packed = gzip.compress(layer, mtime=0)
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.manifest.v1+json",
        "config": _blob(directory, json.dumps(config).encode(), "config.v1+json"),
        "layers": [_blob(directory, packed, "layer.v1.tar+gzip")],
    }
    entry = _blob(directory, json.dumps(manifest).encode(), "manifest.v1+json")
    entry["annotations"] = {"org.opencontainers.image.ref.name": "latest"}
    (directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return f"oci:{directory}:latest"


def digest_of(content: bytes) -> str:
    """As registries name content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _layer(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("hello")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _blob(directory: Path, content: bytes, kind: str) -> dict[str, Any]:
    blobs = directory / "blobs/sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    digest = digest_of(content)
    (blobs / digest.removeprefix("sha256:")).write_bytes(content)
    return {"mediaType": f"{OCI}.{kind}", "digest": digest, "size": len(content)}
