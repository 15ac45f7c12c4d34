"""Builds what Lambda is given: the function's own code, and a layer of what it imports.

``python -m bizassist.deployment.lambda_archives FOLDER`` writes ``function.zip`` and ``layer.zip``.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("*.py", "*.json")
# Lambda on Graviton; what it runs on and what the layer was built for must be the same.
PYTHON_VERSION = "3.13"
PLATFORM = "aarch64-manylinux_2_28"
# Zip can't say when before this, and any other date would change the archive with every build.
BEGINNING = (1980, 1, 1, 0, 0, 0)


def build_function(target: Path, package: Path = ROOT / "gateway_tools") -> Path:
    """Write the function's archive; the same code gives the same bytes."""
    files = sorted({file for pattern in CODE for file in package.rglob(pattern)})
    return _write(target, ((file, f"gateway_tools/{file.relative_to(package)}") for file in files))


def build_layer(target: Path) -> Path:
    """Write the layer's archive: the group ``gateway-tools`` as the lock file has it.

    :raises subprocess.CalledProcessError: when uv can't install it.
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted, installed = Path(folder, "requirements.txt"), Path(folder, "python")
        export = ("export", "--frozen", "--only-group", "gateway-tools", "--no-emit-project")
        _uv(*export, "--output-file", str(wanted))
        _uv(
            *("pip", "install", "--requirement", str(wanted), "--target", str(installed)),
            *("--python-version", PYTHON_VERSION, "--python-platform", PLATFORM),
            *("--only-binary", ":all:", "--no-compile-bytecode"),
        )
        files = sorted(
            file for file in installed.rglob("*") if file.is_file() and file.name != ".lock"
        )
        return _write(target, ((file, str(file.relative_to(folder))) for file in files))


def main(arguments: list[str] | None = None) -> int:
    """Build both archives into one folder."""
    parser = argparse.ArgumentParser(description="Build what Lambda is given.")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    for archive in (build_function(folder / "function.zip"), build_layer(folder / "layer.zip")):
        sys.stdout.write(f"{archive}: {archive.stat().st_size:,} bytes\n")
    return 0


def _write(target: Path, files: Iterable[tuple[Path, str]]) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for file, name in files:
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.external_attr = 0o644 << 16  # Lambda's user must be able to read it
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return target


def _uv(*arguments: str) -> None:
    uv = shutil.which("uv") or ROOT / ".uv" / "bin" / "uv"
    subprocess.run([uv, "--quiet", *arguments], cwd=ROOT, check=True)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
