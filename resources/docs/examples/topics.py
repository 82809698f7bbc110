"""Topics of documents by anchor words: separable NMF of how often words come together."""

import re
import sys
from collections import Counter
from importlib import import_module
from inspect import getdoc

import numpy as np
from matplotlib.figure import Figure

import hsunmix

PACKAGES = ("scipy.stats", "scipy.sparse", "scipy.spatial", "scipy.signal", "matplotlib.axes")
TOPICS = 6
COMMON = {"the", "and", "for", "with", "that", "this", "from", "are", "not", "can", "any", "all", "used"}

# The documents: what packages say of their functions, classes and methods. From which each is, is kept apart.
said = {}
for label, name in enumerate(PACKAGES):
    package = import_module(name)
    items = [item for key in dir(package) if callable(item := getattr(package, key))]
    items += [getattr(c, key) for c in items if isinstance(c, type) for key in dir(c) if key[0] != "_"]
    said.update((text, label) for item in items if callable(item) and (text := getdoc(item)))
texts = {text: words for text in said if len(words := re.findall(r"[a-z]{3,}", text.lower())) > 60}
truth = np.array([said[text] for text in texts])
documents = [Counter(words) for words in texts.values()]
seen_in = Counter(word for document in documents for word in document)
words = sorted(w for w, n in seen_in.items() if 15 <= n <= len(documents) / 4 and w not in COMMON)
counts = np.array([[document[word] for document in documents] for word in words], dtype=float)
print(f"{len(documents)} documents, {len(words)} words")

# How often words come together: a column for each word, that says with which ones. An anchor, a word of one
# topic only, is a vertex; every other word is a mixture of the anchors by the topics it is used in.
length = np.maximum(counts.sum(axis=0), 2)
pairs = counts / (length * (length - 1))
together = pairs @ counts.T - np.diag(pairs.sum(axis=1))
result = hsunmix.unmix(together / together.sum(axis=0), "fgnsr", rank=TOPICS, abundance="fcls")

topics = (result.abundances * counts.sum(axis=1)).T  # topics of a word, made words of a topic
topics /= topics.sum(axis=0)
mixed = hsunmix.abundances(counts / length, topics)
found = mixed.argmax(axis=0)
table = np.array([np.bincount(truth[found == t], minlength=len(PACKAGES)) for t in range(TOPICS)])
for topic, anchor in enumerate(result.source_pixels):
    most = ", ".join(words[k] for k in np.argsort(-topics[:, topic])[:5])
    print(f"{words[anchor]} -> {PACKAGES[table[topic].argmax()]}: {most}")
print(f"{100 * table.max(axis=1).sum() / len(truth):.0f} % of the documents are with those of their package")

figure = Figure(figsize=(7.2, 3), layout="constrained")
part = figure.subplots()
shown = part.imshow(table / np.bincount(truth), cmap="Blues", vmin=0, vmax=1, aspect="auto")
part.set_xticks(range(len(PACKAGES)), PACKAGES)
part.set_yticks(range(TOPICS), [words[k] for k in result.source_pixels])
part.set_ylabel("topic's anchor word")
figure.colorbar(shown, ax=part, label="share of the package's documents")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "topics.png", dpi=75)
