"""check_profile.py FILE: the rules that strict readers of profile.proto apply.

Parca (pkg/normalizer/validate.go): ids are 1..N in order of appearance, references are in range, every label has a key.
Alloy (fastdelta/hasher.go): addresses tell locations apart, so they are distinct and not 0.
pprof (profile/encode.go, profile.go): the first string is empty, every sample has a value for each sample type.
"""
import gzip
import sys


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """Yields (field number, value); the value is an int or bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            raise ValueError(f"wire type {key & 7}")
        yield key >> 3, value


def message(data):
    result = {}
    for number, value in fields(data):
        result.setdefault(number, []).append(value)
    return result


def numbers(values):
    """A repeated integer, packed or not."""
    result = []
    for value in values:
        if isinstance(value, int):
            result.append(value)
        else:
            at = 0
            while at < len(value):
                number, at = varint(value, at)
                result.append(number)
    return result


def check(profile):
    strings = profile[6]
    assert strings[0] == b"", "string_table[0] is not empty"
    types = profile[1]
    mappings = [message(m) for m in profile.get(3, [])]
    locations = [message(m) for m in profile.get(4, [])]
    functions = [message(m) for m in profile.get(5, [])]
    for name, table in (("mapping", mappings), ("location", locations), ("function", functions)):
        ids = [entry.get(1, [0])[0] for entry in table]
        assert ids == list(range(1, len(table) + 1)), f"{name} ids are not 1..N: {ids[:10]}"
    addresses = [location.get(3, [0])[0] for location in locations]
    assert 0 not in addresses, "a location has the address 0"
    assert len(set(addresses)) == len(addresses), "two locations share an address"
    for location in locations:
        assert 1 <= location.get(2, [0])[0] <= len(mappings), "a location without mapping"
        for line in location[4]:
            assert 1 <= message(line)[1][0] <= len(functions), "a line without function"
    for mapping in mappings:
        assert mapping.get(7) == [1] and mapping.get(8) == [1] and mapping.get(9) == [1], "a client would symbolise"
    samples = [message(s) for s in profile.get(2, [])]
    assert samples, "no samples"
    for sample in samples:
        values = numbers(sample[2])
        assert len(values) == len(types), "values do not match sample types"
        assert any(values) and all(value < 1 << 63 for value in values), "a sample is all zero or negative"
        stack = numbers(sample.get(1, []))
        assert stack and all(1 <= index <= len(locations) for index in stack), "a stack leaves the table"
        for label in sample.get(3, []):
            fields_of_label = message(label)
            assert strings[fields_of_label[1][0]] != b"", "a label without key"


check(message(gzip.open(sys.argv[1]).read()))
