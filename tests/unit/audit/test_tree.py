"""The tree against the published Certificate Transparency vectors (leaves "", 00, 10, 2021 … 60…6f)."""

import pytest

from publisher.audit.tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

DATA = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in DATA]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = [
    (0, 1, []),
    (0, 8, ["96a296d2", "5f083f0a", "6b47aaf2"]),
    (5, 8, ["bc1a0643", "ca854ea1", "d37ee418"]),
    (2, 3, ["fac54203"]),
    (1, 5, ["6e340b9c", "5f083f0a", "bc1a0643"]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, ["96a296d2", "5f083f0a", "6b47aaf2"]),
    (6, 8, ["0ebc5d34", "ca854ea1", "d37ee418"]),
    (2, 5, ["5f083f0a", "bc1a0643"]),
]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones_at_once_and_leaf_by_leaf(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier = frontier.added(leaf)
    assert frontier.root().hex() == root(LEAVES[:size]).hex() == ROOTS[size]
    assert frontier.size == size


@pytest.mark.parametrize(("index", "size", "published"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int, published: list[str]) -> None:
    proof = inclusion_proof(LEAVES[:size], index)
    assert [node.hex()[:8] for node in proof] == published


@pytest.mark.parametrize(("old", "new", "published"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(old: int, new: int, published: list[str]) -> None:
    proof = consistency_proof(LEAVES[:new], old)
    assert [node.hex()[:8] for node in proof] == published


@pytest.mark.parametrize("size", range(1, 18))
def test_every_leaf_is_proven_at_its_place_and_nowhere_else(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    top = root(leaves)
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        for place in range(-1, size + 1):
            assert verify_inclusion(leaves[index], place, size, proof, top) == (place == index)
        assert not verify_inclusion(leaves[index], index, size, [*proof, top], top)
        assert not proof or not verify_inclusion(leaves[index], index, size, proof[:-1], top)


@pytest.mark.parametrize("size", range(1, 18))
def test_every_earlier_tree_is_proven_and_no_other_root(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    for old in range(1, size + 1):
        proof, before, now = consistency_proof(leaves, old), root(leaves[:old]), root(leaves)
        assert verify_consistency(old, size, proof, before, now)
        assert not verify_consistency(old, size, proof, leaf_hash(b"else"), now)
        assert not verify_consistency(old, size, proof, before, leaf_hash(b"else"))
        assert not verify_consistency(old, size, [*proof, now], before, now)


def test_proofs_outside_the_tree_are_refused() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, 0)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, 9)
    assert not verify_consistency(3, 2, [], b"", b"")
    assert not verify_consistency(3, 5, [], b"", b"")
