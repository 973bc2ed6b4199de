"""What the registry holds: blobs as files, each once; manifests and tags of every repository in memory."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.registry.names import digest_of

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Manifest:
    """A manifest as it was pushed, byte for byte."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """What it goes by."""
        return digest_of(self.content)


@dataclass
class Repository:
    """What one repository refers to. `blobs`: digests; `manifests`: by digest; `tags`: names to digests."""

    blobs: set[str] = field(default_factory=set)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def find(self, reference: str) -> Manifest | None:
        """The manifest with that digest or tag."""
        return self.manifests.get(self.tags.get(reference, reference))

    def delete(self, digest: str) -> bool:
        """Forget a manifest and its tags; whether there was one."""
        self.tags = {tag: target for tag, target in self.tags.items() if target != digest}
        return self.manifests.pop(digest, None) is not None


class Storage:
    """Everything below a directory of the registry's own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.repositories: dict[str, Repository] = {}
        self._make()

    def repository(self, name: str) -> Repository:
        """The repository of that name, made if there is none."""
        return self.repositories.setdefault(name, Repository())

    def blob(self, name: str, digest: str) -> Path | None:
        """The file of a blob, if repository `name` has it: what another one has is nobody's business here."""
        repository = self.repositories.get(name)
        return self._blob_file(digest) if repository and digest in repository.blobs else None

    def keep(self, name: str, digest: str, file: Path) -> None:
        """Make the finished `file`, whose digest is known, a blob of repository `name`."""
        file.replace(self._blob_file(digest))
        self.repository(name).blobs.add(digest)

    def upload_file(self, upload: str) -> Path:
        """Where the upload with this id gathers."""
        return self._directory / "uploads" / upload

    def reset(self) -> None:
        """Remove everything."""
        shutil.rmtree(self._directory)
        self.repositories.clear()
        self._make()

    def _make(self) -> None:
        for part in ("blobs", "uploads"):
            (self._directory / part).mkdir(mode=0o700, parents=True)

    def _blob_file(self, digest: str) -> Path:
        return self._directory / "blobs" / digest.removeprefix("sha256:")
