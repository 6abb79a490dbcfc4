"""A run as an SVG: for each row one bar a server, CPU time per request.

    chart.py results/recorded.json results/recorded.svg
"""

import json
import sys
from pathlib import Path
from xml.sax.saxutils import escape

COLOURS = {"segue": "#2456c7", "nginx": "#7a7a7a", "haproxy": "#b0b0b0", "envoy": "#d0a24c"}
LABEL, WIDTH, BAR, GAP = 110, 560, 14, 16


def chart(run: dict) -> str:
    rows = [(row["row"], {name: one["median"] for name, one in row["cpuMicrosecondsPerRequest"].items()}) for row in run["rows"]]
    most = max(max(figures.values()) for _, figures in rows)
    shapes, top = [], 40
    for name, figures in rows:
        middle = top + len(figures) * BAR / 2 + 4
        shapes.append(f'<text x="{LABEL - 8}" y="{middle:.0f}" text-anchor="end">{escape(name)}</text>')
        for server, figure in figures.items():
            length = figure / most * WIDTH
            shapes.append(f'<rect x="{LABEL}" y="{top}" width="{length:.1f}" height="{BAR - 2}" fill="{colour(server)}"/>')
            shapes.append(f'<text class="figure" x="{LABEL + length + 5:.1f}" y="{top + BAR - 4}">{figure:.1f} {escape(server)}</text>')
            top += BAR
        top += GAP
    title = "CPU time per request, microseconds (user and system; medians of interleaved rounds)"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LABEL + WIDTH + 130}" height="{top}" role="img" aria-label="{title}">\n'
        "<style>text { font: 13px sans-serif; fill: #222 } .figure { font-size: 11px; fill: #444 }</style>\n"
        '<rect width="100%" height="100%" fill="#fff"/>\n'
        f'<text x="{LABEL}" y="22">{title}</text>\n' + "\n".join(shapes) + "\n</svg>\n"
    )


def colour(server: str) -> str:
    return COLOURS.get(server, "#888888")


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(chart(json.loads(Path(sys.argv[1]).read_text())))
