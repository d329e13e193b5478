"""A folder as one archive that opens with a password."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyzipper


def pack_folder(folder: Path, *, password: str) -> Path:
    """Put the files of a folder into an AES-encrypted `<folder>.zip` beside it, and take the folder away."""
    path = folder.with_suffix(".zip")
    with pyzipper.AESZipFile(path, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.write(file, file.relative_to(folder).as_posix())
    shutil.rmtree(folder)
    return path
