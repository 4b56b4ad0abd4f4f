#!/bin/bash -eu
# Builds each target into $OUT, with its committed corpus and the dictionary of streams.
cd "${SRC:?}/sse-proto"
cargo +nightly fuzz build -O --debug-assertions
for target in $(cargo +nightly fuzz list); do
    cp fuzz/target/*/release/"$target" "${OUT:?}/"
    (cd "fuzz/corpus/$target" && zip -q -r "$OUT/${target}_seed_corpus.zip" .)
    cp fuzz/streams.dict "$OUT/$target.dict"
done
