"""Blobs on their way in: chunk by chunk, each answer naming the one place where the next may go."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from typing import TYPE_CHECKING

from keyturn_emulator.registry.refusals import RegistryError

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyturn_emulator.registry.storage import Storage

LARGEST = 1 << 30
"""Bytes of one blob: a stand-in shall not fill anybody's disk."""


class Upload:
    """One that has begun. `state` changes with each answer: who goes on at an old place is refused."""

    def __init__(self, repository: str, storage: Storage) -> None:
        self.id = str(uuid.uuid4())
        self.repository = repository
        self.size = 0
        self.state = ""
        self._hash = hashlib.sha256()
        self._storage = storage
        self.file = storage.upload_file(self.id)
        self.file.touch(0o600)
        self.move()

    @property
    def digest(self) -> str:
        """The digest of what has arrived."""
        return f"sha256:{self._hash.hexdigest()}"

    def move(self) -> str:
        """The place of the next chunk."""
        self.state = secrets.token_urlsafe(12)
        return f"/v2/{self.repository}/blobs/uploads/{self.id}?_state={self.state}"

    async def append(self, request: Request) -> None:
        """Add the body of `request`. Raises RegistryError when it does not fit behind what there is."""
        self._check_range(request.headers.get("content-range"))
        with self.file.open("ab") as file:
            async for chunk in request.stream():
                self.size += len(chunk)
                if self.size > LARGEST:
                    raise RegistryError(413, "SIZE_INVALID", "large")
                self._hash.update(chunk)
                file.write(chunk)

    def finish(self, digest: str) -> None:
        """Keep it as the blob it claims to be. Raises RegistryError if it is another."""
        if digest != self.digest:
            raise RegistryError(400, "DIGEST_INVALID")
        self._storage.keep(self.repository, digest, self.file)

    def abandon(self) -> None:
        """Remove what has arrived."""
        self.file.unlink(missing_ok=True)

    def _check_range(self, named: str | None) -> None:
        if named is None:
            return
        start = named.removeprefix("bytes ").partition("-")[0]
        if start != str(self.size):
            raise RegistryError(416, "BLOB_UPLOAD_INVALID", "range")


class Uploads:
    """All that are under way."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._open: dict[str, Upload] = {}

    def start(self, repository: str) -> Upload:
        """A new one."""
        upload = Upload(repository, self._storage)
        self._open[upload.id] = upload
        return upload

    def find(self, repository: str, upload_id: str, state: str | None) -> Upload:
        """The one at this place. Raises RegistryError if there is none, or it has moved on."""
        upload = self._open.get(upload_id)
        if upload is None or upload.repository != repository:
            raise RegistryError(404, "BLOB_UPLOAD_UNKNOWN")
        if upload.state != state:
            raise RegistryError(400, "BLOB_UPLOAD_INVALID", "state")
        return upload

    def end(self, upload: Upload) -> None:
        """Forget it, finished or not."""
        upload.abandon()
        self._open.pop(upload.id, None)

    def reset(self) -> None:
        """Forget all; their files go with the storage."""
        self._open.clear()
