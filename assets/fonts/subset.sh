#!/usr/bin/env bash
# Makes the two fonts of this folder: see README.md.
set -euo pipefail
from=${1:?"the folder of DejaVuSans.ttf and DejaVuSans-Bold.ttf"}
cd "$(dirname "$0")"
for face in DejaVuSans DejaVuSans-Bold; do
  pyftsubset "$from/$face.ttf" --output-file="$face-subset.ttf" --unicodes-file=letters.txt \
    --notdef-outline --no-hinting --no-glyph-names --layout-features= --legacy-kern \
    --drop-tables+=FFTM,GDEF,GPOS,GSUB,MATH --name-IDs=0,1,2,3,4,5,6,13,14
done
