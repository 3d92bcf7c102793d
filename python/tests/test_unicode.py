"""Strings as code points and back, against Python's own."""

import millrace as mr
import numpy as np
import pytest

TEXTS = ["G\u00f6\u00f6d", "", "\u4f60\U0001f60a"]
BYTES = [text.encode() for text in TEXTS]


def points(text):
    return [ord(c) for c in text]


def test_decode_keeps_the_structure_of_its_input():
    assert mr.strings.unicode_decode(BYTES[0], "UTF-8").numpy().tolist() == points(TEXTS[0])
    rows = [points(text) for text in TEXTS]
    assert mr.strings.unicode_decode(BYTES, "UTF-8").to_list() == rows
    nested = mr.strings.unicode_decode([BYTES[:2], BYTES[1:]], "UTF-8")
    assert nested.to_list() == [rows[:2], rows[1:]]
    ragged = mr.ragged.constant([BYTES[:1], [], BYTES[1:]])
    assert mr.strings.unicode_decode(ragged, "UTF-8").to_list() == [rows[:1], [], rows[1:]]


def test_offsets_are_where_characters_begin():
    found, offsets = mr.strings.unicode_split_with_offsets(BYTES, "UTF-8")
    assert found.to_list() == [[c.encode() for c in text] for text in TEXTS]
    starts = [[len(text[:i].encode()) for i in range(len(text))] for text in TEXTS]
    assert offsets.to_list() == starts
    assert mr.strings.unicode_split(BYTES, "UTF-8").to_list() == found.to_list()
    assert mr.strings.unicode_decode_with_offsets(BYTES, "UTF-8")[1].to_list() == starts


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16-BE", "UTF-32-BE"])
def test_encode_makes_a_string_of_each_row(encoding):
    wanted = [text.encode(encoding) for text in TEXTS]
    ragged = mr.ragged.constant([points(text) for text in TEXTS], dtype=mr.int32)
    assert mr.strings.unicode_encode(ragged, encoding).numpy().tolist() == wanted
    dense = np.array([[[71, 246], [65, 66]], [[1, 2], [0x4F60, 4]]], np.int32)
    made = mr.strings.unicode_encode(dense, encoding).numpy().tolist()
    assert made == [["".join(map(chr, row)).encode(encoding) for row in rows] for rows in dense]
    assert mr.strings.unicode_encode(dense[0, 0], encoding).numpy() == "G\u00f6".encode(encoding)
    assert mr.strings.unicode_transcode(BYTES, "UTF-8", encoding).numpy().tolist() == wanted


def test_what_is_badly_formed_is_replaced_left_out_or_refused():
    bad = b"a\xffb"
    assert mr.strings.unicode_decode(bad, "UTF-8").numpy().tolist() == [97, 65533, 98]
    left = mr.strings.unicode_decode(bad, "UTF-8", errors="ignore")
    assert left.numpy().tolist() == [97, 98]
    with pytest.raises(mr.errors.InvalidArgumentError):
        mr.strings.unicode_decode(bad, "UTF-8", errors="strict")
    with pytest.raises(ValueError, match="vector"):
        mr.strings.unicode_encode(65, "UTF-8")


def test_scripts_have_the_numbers_of_icu():
    found = mr.strings.unicode_script([ord("a"), 0x43B, 0x4F60, ord("."), -1])
    assert found.numpy().tolist() == [25, 8, 17, 0, -1]
