"""scripts/check-layers finds what SwiftPM lets pass, and is content with this repository."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MANIFEST = """// swift-tools-version: 6.0
import PackageDescription
let package = Package(name: "planted", targets: [
%s
])
"""
IN_ORDER = """
.target(name: "Low"), .target(name: "Middle", dependencies: ["Low"]), .target(name: "High", dependencies: ["Middle"]),
.testTarget(name: "HighTests", dependencies: ["High"]),
"""


def check(package: Path) -> subprocess.CompletedProcess:
    return subprocess.run([ROOT / "scripts/check-layers", package], capture_output=True, text=True)


@pytest.fixture
def plant(tmp_path):
    """A package of three layers; the test says what its files import."""

    def plant(targets: str = IN_ORDER, **imports: str) -> Path:
        (tmp_path / "Package.swift").write_text(MANIFEST % targets)
        for name in ("Low", "Middle", "High", "HighTests"):
            folder = tmp_path / ("Tests" if name.endswith("Tests") else "Sources") / name
            folder.mkdir(parents=True)
            (folder / "File.swift").write_text(imports.get(name, "") + "\n")
        return tmp_path

    return plant


def test_the_layers_of_this_repository_hold():
    result = check(ROOT)
    assert result.returncode == 0, result.stderr


def test_direct_dependencies_and_the_toolchain_may_be_imported(plant):
    package = plant(Middle="import Glibc\npackage import Low", High="internal import Middle", HighTests="import Testing\n@testable import High")
    result = check(package)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "line",
    [
        "import Low",
        "package import Low",
        "internal import Low",
        "@testable import Low",
        "@preconcurrency package import Low",
        "@_spi(Testing) import Low",
        "import struct Low.Thing",
        "  import Low.Inner",
        "import Middle; import Low",
    ],
)
def test_an_import_of_a_dependency_of_a_dependency_is_found_in_every_form(plant, line):
    result = check(plant(High=f"// A comment first.\n{line}"))
    assert result.returncode == 1
    assert result.stderr.startswith("Sources/High/File.swift:2: High imports Low")


def test_foundation_is_refused_everywhere(plant):
    result = check(plant(HighTests="import Foundation"))
    assert result.returncode == 1
    assert "HighTests imports Foundation" in result.stderr


def test_the_testing_library_stays_out_of_the_product(plant):
    assert check(plant(High="import Testing")).returncode == 1


def test_a_dependency_on_a_row_below_is_found(plant):
    result = check(plant(targets='.target(name: "High", dependencies: ["Low"]), .target(name: "Low"),'))
    assert result.returncode == 1
    assert "High depends on Low, which stands below it" in result.stderr
