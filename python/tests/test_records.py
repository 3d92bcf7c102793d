"""Files of records, written and read in Python."""

import millrace as mr
import numpy as np
import pytest
from millrace.framework.crc import crc32c

RECORDS = [b"", b"a", b"record " * 1000, bytes(range(256)) * 40]


def test_checksums():
    # RFC 3720, appendix B.4, and the usual check value.
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    data = np.random.RandomState(0).bytes(10_001)
    whole = crc32c(data)
    assert whole != crc32c(data[:-1])
    bytewise = 0xFFFFFFFF
    for byte in data:
        bytewise ^= byte
        for _ in range(8):
            bytewise = (bytewise >> 1) ^ (0x82F63B78 if bytewise & 1 else 0)
    assert whole == bytewise ^ 0xFFFFFFFF


@pytest.mark.parametrize("compression", ["", "ZLIB", "GZIP"])
def test_what_is_written_is_read(tmp_path, compression):
    path = str(tmp_path / "records")
    with mr.io.TFRecordWriter(path, compression) as writer:
        for record in RECORDS:
            writer.write(record)
    if not compression:  # the dataset's op reads plain files only
        assert list(mr.data.TFRecordDataset(path).as_numpy_iterator()) == RECORDS
    assert list(mr.compat.v1.python_io.tf_record_iterator(path, compression)) == RECORDS


def test_damage_is_found(tmp_path):
    path = tmp_path / "records"
    with mr.io.TFRecordWriter(path) as writer:
        writer.write("some text")
    data = path.read_bytes()
    read = mr.compat.v1.io.tf_record_iterator
    for i in range(len(data)):
        path.write_bytes(data[:i] + bytes([data[i] ^ 4]) + data[i + 1 :])
        with pytest.raises(mr.errors.DataLossError):
            list(read(path))
        path.write_bytes(data[:i])
        if i:
            with pytest.raises(mr.errors.DataLossError):
                list(read(path))
    with pytest.raises(mr.errors.NotFoundError):
        read(tmp_path / "none")
    with pytest.raises(ValueError, match="compression"):
        mr.io.TFRecordWriter(path, "LZ4")
