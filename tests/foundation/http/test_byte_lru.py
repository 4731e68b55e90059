"""The store in memory that is bounded by bytes."""

from hypothesis import given
from hypothesis import strategies as st

from foundation.http.byte_lru import ByteBoundedLRU


def test_value_not_used_for_longest_is_dropped_first():
    store = ByteBoundedLRU(80)
    for name in "abcdefgh":
        store.put(name, name.upper(), 10)
    store.get("a")

    store.put("i", "I", 10)

    assert [name for name in "abcdefghi" if store.get(name)] == list("acdefghi")
    assert store.used_bytes == 80


def test_value_that_is_too_large_drops_no_other():
    store = ByteBoundedLRU(80)
    store.put("a", "A", 10)

    store.put("large", "L", 11)

    assert (store.get("large"), store.get("a"), store.used_bytes) == (None, "A", 10)


def test_value_that_has_become_too_large_is_gone():
    store = ByteBoundedLRU(80)
    store.put("a", "A", 10)

    store.put("a", "AA", 11)

    assert (store.get("a"), len(store), store.used_bytes) == (None, 0, 0)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 30), st.booleans())))
def test_size_is_the_sum_of_what_is_held_and_within_the_bound(steps):
    store, latest = ByteBoundedLRU(100), {}
    for name, size, is_read in steps:
        if is_read:
            assert store.get(name) in (None, latest.get(name))
        else:
            store.put(name, size, size)
            latest[name] = size

        held = [store.get(name) for name in "abcdef" if store.get(name)]
        assert store.used_bytes == sum(held) <= 100
        assert len(store) == len(held)
