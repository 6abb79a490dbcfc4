"""Runs an example until Ctrl-C, on loopback and in a temporary folder: PostgreSQL, the emulated Clerk, the application, and Segue in front.

make example NAME=tellmemore
"""

import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "Tests/Integration"))

from harness.example import NAMES, Example  # noqa: E402
from harness.gateway import BINARY  # noqa: E402
from harness.postgres import Postgres  # noqa: E402


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        sys.exit(f"Which one? NAME={', NAME='.join(NAMES)}")
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 8080
    # Also where a shell has started it in the background, and with that without SIGINT.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="segue-example-") as made:
        folder = Path(made)
        server = Postgres(folder / "postgres.log")
        try:
            with Example(sys.argv[1], server, folder, folder, port=port) as example:
                example.serve()
                tell(example)
                signal.pause()
        except KeyboardInterrupt:
            print()
        finally:
            server.remove()


def tell(example: Example) -> None:
    """What a second terminal needs, to follow the README of the example."""
    print(f"cd {example.folder}")
    print(f"alias segue={BINARY}")
    for name, value in example.environment.items():
        print(f"export {name}={value}")
    print(f"# {example.url} is Segue, {example.origin} the application, {example.clerk.url} the emulated Clerk.")
    print("# Paste the above into another terminal, then go on with the example's README. Ctrl-C here ends everything.", flush=True)


main()
