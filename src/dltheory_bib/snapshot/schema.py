"""The tables of a snapshot, written by `compile` and read by `reader` and the queries."""

from __future__ import annotations

SCHEMA = 14
"""Increase this number when the tables, the records or their content change."""

FEATURES = (
    "doi",
    "eprint",
    "pages",
    "volume",
    "url",
    "summary",
    "idea",
    "limits",
    "remarks",
    "relations",
    "after",
    "versions",
    "aliases",
    "unverified",
    "disagreements",
    "references",
    "results",
    "own",
)
"""The values of `has:`, each a bit of `paper.features`. `references`: its list was read; `results`:
it has result cards; `own`: it is not of the lowest layer.
"""

TABLES = """
CREATE TABLE paper(
  n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, year INTEGER NOT NULL, venue TEXT,
  type TEXT NOT NULL, level TEXT, checked TEXT NOT NULL, first_author TEXT NOT NULL,
  title TEXT NOT NULL, features INTEGER NOT NULL, layer INTEGER NOT NULL);
CREATE TABLE layer(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE record(n INTEGER PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE list_row(
  n INTEGER PRIMARY KEY, venue TEXT NOT NULL, authors TEXT NOT NULL, byline TEXT NOT NULL,
  label TEXT NOT NULL, title TEXT NOT NULL, readable TEXT NOT NULL, address TEXT);
CREATE TABLE paper_view(n INTEGER PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE rendered(n INTEGER PRIMARY KEY, bibtex TEXT NOT NULL, biblatex TEXT NOT NULL);
CREATE TABLE statistics(data TEXT NOT NULL);
CREATE TABLE name(name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE identifier(scheme TEXT, value TEXT, n INTEGER NOT NULL, PRIMARY KEY(scheme, value))
  WITHOUT ROWID;
CREATE TABLE topic(id TEXT PRIMARY KEY, broader TEXT, label TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE topic_name(name TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE member(topic TEXT, n INTEGER, direct INTEGER NOT NULL, PRIMARY KEY(topic, n))
  WITHOUT ROWID;
CREATE TABLE trail(id TEXT PRIMARY KEY, label TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE venue(id TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE venue_name(name TEXT, id TEXT, PRIMARY KEY(name, id)) WITHOUT ROWID;
CREATE TABLE person(id TEXT PRIMARY KEY, name TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE unmet_person(id TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE person_word(word TEXT, person TEXT, PRIMARY KEY(word, person)) WITHOUT ROWID;
CREATE TABLE authorship(person TEXT, n INTEGER, position INTEGER NOT NULL, PRIMARY KEY(person, n))
  WITHOUT ROWID;
CREATE TABLE reference_list(id INTEGER PRIMARY KEY, n INTEGER NOT NULL, data TEXT NOT NULL);
CREATE TABLE edge(
  source INTEGER, relation TEXT, target INTEGER, said TEXT, reference_list INTEGER,
  PRIMARY KEY(source, relation, target)) WITHOUT ROWID;
CREATE TABLE question(id TEXT PRIMARY KEY, label TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE question_name(name TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE assumption(id TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE result(id TEXT PRIMARY KEY, n INTEGER NOT NULL, question TEXT NOT NULL,
  data TEXT NOT NULL);
CREATE TABLE search_word(
  id INTEGER PRIMARY KEY, stem TEXT NOT NULL UNIQUE, idf INTEGER NOT NULL, works BLOB NOT NULL,
  weights BLOB NOT NULL);
CREATE TABLE search_work(n INTEGER PRIMARY KEY, prior INTEGER NOT NULL, words BLOB NOT NULL);
CREATE TABLE search_form(form TEXT PRIMARY KEY, word INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE heading(kind TEXT, id TEXT, label TEXT NOT NULL, stems TEXT NOT NULL);
CREATE TABLE glossary(data TEXT NOT NULL);
CREATE TABLE glossary_entry(id TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE addition(
  id INTEGER PRIMARY KEY, n INTEGER NOT NULL, layer INTEGER NOT NULL, data TEXT NOT NULL);
CREATE TABLE tag(tag TEXT, n INTEGER, PRIMARY KEY(tag, n)) WITHOUT ROWID;
CREATE TABLE reading(n INTEGER PRIMARY KEY, status TEXT NOT NULL);
CREATE TABLE comparison(question TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE maths(tex TEXT PRIMARY KEY, unicode TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE text USING fts5(
  title, people, annotation, content='', tokenize='porter unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE note USING fts5(
  words, content='', tokenize='porter unicode61 remove_diacritics 0');
"""

INDEXES = """
CREATE INDEX paper_year ON paper(year);
CREATE INDEX paper_venue ON paper(venue);
CREATE INDEX authorship_of ON authorship(n, position);
CREATE INDEX result_of ON result(n);
CREATE INDEX result_on ON result(question);
CREATE INDEX addition_of ON addition(n);
CREATE INDEX edge_target ON edge(target, relation, source);
"""
"""Indexes are made after the rows are written, which is faster than updating them."""
