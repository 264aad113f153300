"""The fast reader may only serve where it gives exactly what the exact one gives: a random walk through CSV."""

from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhiji.data.sources.files import delimited
from zhiji.data.sources.files.encoding import open_text
from zhiji.data.sources.files.model import FileProfile, Limits
from zhiji.data.sources.files.source import Source

WIDTH = 3
# Pieces that CSV readers disagree about, more often than chance would bring them together.
cell = st.text(alphabet=st.sampled_from(list("ab1,\" ;\t'é中-.")), max_size=6)
quoted = cell.map(lambda text: '"' + text.replace('"', '""') + '"')
spoiled = st.sampled_from(['"a', 'a"', '"a"b', ' "a"', '"a" ', '""', '"', "", '12" vinyl', '"a\nb"', '"a""b"'])
any_cell = st.one_of(cell.filter(lambda t: "," not in t and "\n" not in t), quoted, spoiled)
line = st.one_of(
    st.lists(any_cell, min_size=WIDTH, max_size=WIDTH),
    st.lists(quoted, min_size=WIDTH, max_size=WIDTH),
    st.lists(any_cell, min_size=1, max_size=5),
)


def _profile() -> FileProfile:
    return FileProfile("x.csv", "csv", ["a", "b", "c"], [], 0, 0, delimiter=",", quote='"', encoding="utf-8")


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(line, min_size=1, max_size=6), end=st.sampled_from(["\n", "\r\n"]))
def test_fast_equals_exact_or_steps_aside(tmp_path_factory, lines, end) -> None:
    folder: Path = tmp_path_factory.mktemp("agree")
    path = folder / "x.csv"
    path.write_bytes(("a,b,c" + end + "".join(",".join(cells) + end for cells in lines)).encode())
    source = Source(path, path, "x.csv", folder, Limits())
    text = open_text(source)
    if not text.plain or delimited._spaced_quotes(path, _profile()):
        return
    sink = delimited._fast(source, text, _profile(), folder / "fast.parquet")
    if sink is None:
        return
    exact = delimited._exact(source, text, _profile(), folder / "exact.parquet")
    assert exact.broken == 0, "the fast reader swallowed a record that cannot be split"
    assert sink.records == exact.records
    assert pq.read_table(folder / "fast.parquet").to_pylist() == pq.read_table(folder / "exact.parquet").to_pylist()


def test_fast_path_serves_large_plain_files(tmp_path: Path) -> None:
    """Guards the test above: on ordinary lines the fast reader must not step aside."""
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\n" + '1,"x, y",3\n' * 100_000)
    source = Source(path, path, "x.csv", tmp_path, Limits())
    text = open_text(source)
    assert delimited._may_be_fast(text, _profile())
    sink = delimited._fast(source, text, _profile(), tmp_path / "fast.parquet")
    assert sink is not None
    assert sink.records == 100_000
