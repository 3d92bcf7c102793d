#!/usr/bin/env bash
# image_test.sh TARGET WRITE_RESULTS: images of the seed models give in QEMU what the host gives.
set -euo pipefail
target=$1
write_results=$2
for tool in arm-none-eabi-g++ qemu-system-arm python3; do
  if ! command -v "$tool" > /dev/null; then
    echo "skipped: $tool is not installed"
    exit 0
  fi
done
folder=$TEST_TMPDIR
"$write_results" "$folder"
for model in "$folder"/seed*.tflite; do
  case_=${model%.tflite}
  python3 micro/targets/cortex_m/image.py --target "$target" --model "$model" --out "$case_" \
    --inputs "$case_.in" --outputs "$case_.device"
  cmp "$case_.out" "$case_.device"
  # Nothing in the image may allocate, throw, or ask for a type at run time.
  if arm-none-eabi-nm "$case_/image.elf" |
    grep -E ' (_?_?malloc|_?_?free|calloc|realloc|_sbrk|printf|_Zn[wa].*|_Zd[la].*|__cxa_.*|_Unwind_.*|_ZT[IS].*)(_r)?$'; then
    echo "the image for $target holds what does not belong on a device"
    exit 1
  fi
done
