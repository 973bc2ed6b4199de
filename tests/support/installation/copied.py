"""An installation of keyturn that a test may tamper with: a virtual environment with copies of the packages."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import keyturn
import keyturnd
from support.machine.machine import PROGRAMS

VERSION = f'__version__ = "{keyturn.__version__}"'


class CopiedInstallation:
    """Programs and packages below `directory`; their dependencies are those of the tests."""

    def __init__(self, directory: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", directory], check=True)
        self.packages = next((directory / "lib").glob("python*/site-packages"))
        self.programs = directory / "bin"
        for package in (keyturn, keyturnd):
            source = Path(str(package.__file__)).parent
            shutil.copytree(source, self.packages / source.name, ignore=shutil.ignore_patterns("__pycache__"))
        # A path in a .pth file comes behind the copies, and what .pth files it holds itself does not count.
        lent = [entry for entry in sys.path if entry.endswith("site-packages")]
        (self.packages / "lent.pth").write_text("\n".join(lent), encoding="utf-8")
        for program in ("keyturn", "git-credential-keyturn"):
            shutil.copy2(PROGRAMS / program, self.programs)
        self._write_program("keyturn-python", "keyturn.main")
        self._write_program("keyturnd", "keyturnd.__main__")

    def program(self, name: str) -> str:
        """The path of one of its programs."""
        return str(self.programs / name)

    def upgrade(self, version: str) -> None:
        """Become another version, the way pip does: each file anew under its old name."""
        self._replace(self.packages / "keyturn/__init__.py", f'__version__ = "{version}"')
        self._replace(self.packages / "keyturnd/__init__.py", "")

    def _replace(self, path: Path, addition: str) -> None:
        fresh = path.with_name("fresh")
        fresh.write_text(path.read_text(encoding="utf-8").replace(VERSION, "") + addition, encoding="utf-8")
        fresh.replace(path)

    def _write_program(self, name: str, module: str) -> None:
        path = self.programs / name
        code = f"import sys\nfrom {module} import main\nsys.exit(main())\n"
        path.write_text(f"#!{self.programs}/python\n{code}", encoding="utf-8")
        path.chmod(0o755)
