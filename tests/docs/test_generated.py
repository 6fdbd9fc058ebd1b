"""Pages made from the program stay in step with it."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_lifecycle_page_is_in_step_with_the_default_pack() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_changed_pack_makes_the_page_stale(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import generate
    finally:
        sys.path.pop(0)
    from states.policy.load import parse, shipped

    changed = parse(shipped().replace('budget = 60, unit = "days"', 'budget = 61, unit = "days"'))
    assert generate.page(changed) != generate.PAGE.read_text(encoding="utf-8")


def test_the_readme_begins_with_the_two_commands_and_is_short() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 150
    head = "\n".join(lines[:14])
    assert "make run" in head and "make test" in head


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"
