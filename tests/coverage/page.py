"""Writes the page on coverage from the JSON of cargo-llvm-cov: a row for each room, and each line and region that no test runs.

A reason is kept by the file and the text of the line (`reasons.tsv`), so it survives a move of the line.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def reasons():
    for line in (ROOT / "tests/coverage/reasons.tsv").read_text().splitlines():
        file, text, reason = line.split("\t")
        yield (file, text), reason


def not_run(file):
    """The places of regions that no test runs: where they begin, and whether the whole line is such a region."""
    counts = defaultdict(list)
    starts = []
    segments = file["segments"]
    for (line, column, count, has_count, is_entry, is_gap), after in zip(segments, segments[1:] + [None]):
        if not has_count or is_gap:
            continue
        end = after[0] if after else line
        for n in range(line, end + 1):
            if not (after and n == end and after[1] == 1):
                counts[n].append(count)
        if is_entry and count == 0:
            starts.append(line)
    lines = {line for line, all_counts in counts.items() if max(all_counts) == 0}
    return lines, sorted(set(starts) - lines)


def main():
    data = json.loads(Path(sys.argv[1]).read_text())["data"][0]
    known = dict(reasons())
    rooms = defaultdict(lambda: [0, 0, 0, 0])
    found = []
    for file in data["files"]:
        name = Path(file["filename"]).resolve().relative_to(ROOT).as_posix()
        if not name.startswith("src/") or name.endswith("_tests.rs"):
            continue
        lines, regions = file["summary"]["lines"], file["summary"]["regions"]
        for sums in (rooms[str(Path(name).parent)], rooms["all"]):
            for n, value in enumerate((lines["covered"], lines["count"], regions["covered"], regions["count"])):
                sums[n] += value
        source = (ROOT / name).read_text().splitlines()
        whole, parts = not_run(file)
        for line in sorted(whole | set(parts)):
            text = source[line - 1].strip()
            if text not in ("", "}", "})", "},"):
                reason = known.get((name, text), "not explained yet")
                found.append((name, line, "line" if line in whole else "part", text, reason))
    print("# Coverage\n")
    print("Written by `tests/coverage/run`. Lines and regions of `src` that a test runs, with all features on x86-64; examples in the")
    print("documentation are not counted, and neither are the tests that stand in `src`. Each instance of a generic function counts by")
    print("itself in the table; in the list a place is not run if no instance runs it.\n")
    print("| room | lines | of | | regions | of | |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for room, (covered, count, covered_regions, count_regions) in sorted(rooms.items(), key=lambda room: (room[0] == "all", room[0])):
        shown = room if room == "all" else f"`{room}`"
        print(f"| {shown} | {covered} | {count} | {100 * covered / count:.1f} % | {covered_regions} | {count_regions} | {100 * covered_regions / count_regions:.1f} % |")
    print("\n## Not run\n")
    print("A *part* is a region within a line that is run: the other side of a `?`, of a match or of a default.\n")
    print("| place | | text | why |\n| --- | --- | --- | --- |")
    for name, line, kind, text, reason in found:
        text = text.replace("|", "\\|")
        print(f"| {name}:{line} | {kind} | `{text}` | {reason} |")


main()
