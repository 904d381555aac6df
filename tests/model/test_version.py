"""Versions: every one that Docker published, and the laws that any two obey."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockswitch.model import record, shipped
from dockswitch.model.version import BadVersion, Version

SPELLINGS = [line.split(",")[0] for line in shipped.text("record/releases.csv").splitlines()[1:]]
TAGGED = [line.split(",")[0] for line in shipped.text("record/images.csv").splitlines()[1:]]
IMAGES = list(dict.fromkeys(TAGGED))

STAGES = ["dev", "tp", "alpha", "beta", "rc"]
numbers = st.integers(min_value=0, max_value=60)
releases = st.tuples(numbers, numbers, numbers).map(lambda n: f"{n[0]}.{n[1]:02}.{n[2]}")
stages = st.tuples(st.sampled_from(STAGES), st.sampled_from(["", "."]), numbers).map(
    lambda s: f"-{s[0]}{s[1]}{s[2]}"
)
locals_ = st.from_regex(r"\A\+[a-z0-9]{1,6}(\.[a-z0-9]{1,3})?\Z")
spellings = st.builds(
    "{}{}{}{}".format,
    releases,
    st.sampled_from(["", "-ce"]),
    st.one_of(st.just(""), stages),
    st.one_of(st.just(""), locals_),
)
versions = spellings.map(Version.parse)


def test_the_record_holds_every_version() -> None:
    assert len(SPELLINGS) == 517
    assert (len(TAGGED), len(IMAGES)) == (245, 244)  # one was built twice


@pytest.mark.parametrize("spelling", [*SPELLINGS, *IMAGES])
def test_each_version_prints_as_it_was_spelled(spelling: str) -> None:
    assert str(Version.parse(spelling)) == spelling
    assert str(Version.parse(f"v{spelling}")) == spelling


@pytest.mark.parametrize("order", [SPELLINGS, IMAGES], ids=["engines", "images"])
def test_versions_sort_in_release_order(order: list[str]) -> None:
    parsed = [Version.parse(spelling) for spelling in order]
    assert all(early < late for early, late in itertools.pairwise(parsed))


def test_within_a_line_the_later_version_never_came_out_earlier() -> None:
    # The changelog dates 1.6.0 a week before its own rc7; boot2docker tagged it on 2015-04-16.
    odd = Version.parse("1.6.0")
    dated = [known for known in record.releases() if known.released and known.version != odd]
    for _, line in itertools.groupby(dated, key=lambda known: known.version.line):
        days = [known.released for known in line if known.released]
        assert days == sorted(days)


ORDERED = [
    "0.1",
    "1.10.0-rc2",
    "17.05.0-ce",
    "17.06.0-ce-rc2",
    "17.06.0-ce-rc10",
    "17.06.0-ce",
    "17.06.1-ce-rc1",
    "18.09.0-dev",
    "18.09.0-ce-tp0",
    "18.09.0-ce-tp6",
    "18.09.0-alpha1",
    "18.09.0-ce-beta1",
    "18.09.0-beta3",
    "18.09.0-rc1",
    "18.09.0",
    "20.10.1",
    "20.10.10",
    "20.10.10+dfsg1",
    "29.0.0-rc.1",
    "29.0.0-rc.2",
    "29.0.0",
]

MIXED = ORDERED[1::2] + ORDERED[::2]


def test_stages_order_as_docker_names_them() -> None:
    assert sorted(MIXED, key=Version.parse) == ORDERED


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("17.06.0", "17.06.0-ce"),
        ("17.06.0-rc2", "17.06.0-ce-rc2"),
        ("23.0.0-rc.1", "23.0.0-rc1"),
        ("v28.5.2", "28.5.2"),
        ("0.1", "0.1.0"),
    ],
)
def test_two_spellings_of_one_version_are_equal(one: str, other: str) -> None:
    assert Version.parse(one) == Version.parse(other)
    assert hash(Version.parse(one)) == hash(Version.parse(other))


@pytest.mark.parametrize(
    "text",
    ["", "v", "28", "v.1.1.2", "1.10.0-rc2-b", "28.5.2 ", "28.5.2\n", "17.06.2-ee-9", "latest",
     "28.5.2-2", "1.2.3.4", "٢٨.5.2", "28.5.2+", "5:28.5.2", "28.5.2-rx"],
)  # fmt: skip
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadVersion) as refused:
        Version.parse(text)
    assert repr(text) in refused.value.message
    assert "list-remote" in refused.value.hint


@pytest.mark.parametrize(
    ("answers", "wanted", "well"),
    [
        ("20.10.24+dfsg1", "20.10.24", True),
        ("20.10.24+dfsg1", "20.10.24+dfsg1", True),
        ("20.10.24", "20.10.24+dfsg1", False),
        ("20.10.2", "20.10.24", False),
        ("17.06.0-ce", "17.06.0", True),
    ],
)
def test_a_local_suffix_counts_where_the_wanted_one_has_it(
    answers: str, wanted: str, *, well: bool
) -> None:
    assert Version.parse(answers).serves(Version.parse(wanted)) is well


@given(spellings)
def test_a_spelling_survives(spelling: str) -> None:
    assert str(Version.parse(spelling)) == spelling


@given(versions, versions, versions)
def test_the_order_is_total(one: Version, two: Version, three: Version) -> None:
    assert (one < two) + (one == two) + (one > two) == 1
    if one <= two <= three:
        assert one <= three
    if one == two:
        assert hash(one) == hash(two)


@given(releases, st.one_of(st.just(""), stages))
def test_ce_does_not_order(release: str, stage: str) -> None:
    assert Version.parse(f"{release}-ce{stage}") == Version.parse(f"{release}{stage}")


@given(releases, st.lists(st.tuples(st.sampled_from(STAGES[1:]), numbers), min_size=2, max_size=6))
def test_a_stage_orders_by_its_rank_then_its_number(
    release: str, staged: list[tuple[str, int]]
) -> None:
    ranked = sorted(set(staged), key=lambda s: (STAGES.index(s[0]), s[1]))
    parsed = [Version.parse(f"{release}-{stage}{number}") for stage, number in ranked]
    assert parsed == sorted(parsed)
    assert len(set(parsed)) == len(parsed)
    assert all(version < Version.parse(release) for version in parsed)


@given(versions)
def test_a_pre_release_is_one_with_a_stage(version: Version) -> None:
    bare = str(version).partition("+")[0]
    assert version.pre is any(stage in bare for stage in STAGES)
