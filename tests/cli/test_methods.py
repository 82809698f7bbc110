from __future__ import annotations

import json

import hsunmix as package


def test_every_method_is_listed(hsunmix):
    entries = json.loads(hsunmix("methods", "--json").stdout)
    assert [(entry["id"], entry["kind"]) for entry in entries] == [
        (m.id, m.kind) for m in package.methods().values()
    ]
    assert all(
        list(entry) == ["id", "kind", "title", "reference", "parameters", "everyday"] for entry in entries
    )
    assert {"auto", "spa", "hals", "nnls", "fcls", "ucls", "hysime"} <= {entry["id"] for entry in entries}


def test_parameters_say_what_is_allowed(hsunmix):
    entries = {entry["id"]: entry for entry in json.loads(hsunmix("methods", "--json").stdout)}
    parameters = {p["name"]: p for p in entries["hals"]["parameters"]}
    assert "spa" in parameters["init"]["choices"]
    assert parameters["tolerance"]["minimum"] == 0
    assert all(p["help"] for p in parameters.values())


def test_a_newcomer_finds_the_ten_that_he_needs(hsunmix):
    entries = json.loads(hsunmix("methods", "--json").stdout)
    usual = [(e["kind"], e["id"]) for e in entries if e["everyday"]]
    assert len(usual) == 10
    assert {kind for kind, _ in usual} == {"factorization", "extraction", "abundance", "rank"}
    first, more, rest = hsunmix("methods").stdout.partition(
        "\nMore, for special scenes and for comparison:\n"
    )
    assert more
    for entry in entries:
        line = f"\n{entry['id']:10} {entry['kind']:14} {entry['title']}\n"
        assert (line in f"\n{first}") == entry["everyday"]
        assert (line in rest) != entry["everyday"]


def test_in_words(hsunmix):
    text = hsunmix("methods").stdout
    assert text.splitlines()[0].startswith("auto ")
    assert "Gillis" in text
