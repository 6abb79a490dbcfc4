"""Every secret that a test uses is registered here; at the end no log, metric or error may contain one."""

from pathlib import Path

_secrets: dict[str, str] = {}


def secret(value: str, what: str) -> str:
    """Registers a value and returns it. Short values would be found by chance."""
    assert len(value) >= 12, f"{what} is too short to search for"
    _secrets[value] = what
    return value


def token(value: str, what: str = "a token") -> str:
    """Registers the parts of a token that are worth stealing: a log may print its header, never its claims or signature."""
    _, claims, signature = value.split(".")
    secret(claims, f"the claims of {what}")
    secret(signature, f"the signature of {what}")
    return value


def search(folder: Path) -> None:
    found = found_in(folder)
    written = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    assert not found, f"{len(found)} leaks, of {len(_secrets)} secrets in {written} bytes:\n" + "\n".join(found[:20])


def found_in(folder: Path) -> list[str]:
    leaks = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = file.read_text(errors="replace")
        leaks += [f"{file.name}: {what} ({value[:6]}…)" for value, what in _secrets.items() if value in text]
    return leaks
