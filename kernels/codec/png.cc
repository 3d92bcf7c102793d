#include "kernels/codec/png.h"

#include <png.h>

#include <csetjmp>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace millrace {
namespace {

// libpng reports errors by a function that must not return. What is made between setjmp and such a
// jump has no destructors: the functions that call setjmp are given everything else.
struct Png {
  png_structp png = nullptr;
  png_infop info = nullptr;
  absl::string_view input;  // what is not read yet
  std::string output;
  std::string message;
};

void Fail(png_structp png, png_const_charp message) {
  static_cast<Png*>(png_get_error_ptr(png))->message = message;
  png_longjmp(png, 1);
}

void ReadBytes(png_structp png, png_bytep to, size_t n) {
  Png* p = static_cast<Png*>(png_get_io_ptr(png));
  if (n > p->input.size()) png_error(png, "the file is incomplete");
  std::memcpy(to, p->input.data(), n);
  p->input.remove_prefix(n);
}

void WriteBytes(png_structp png, png_bytep from, size_t n) {
  static_cast<Png*>(png_get_io_ptr(png))->output.append(reinterpret_cast<const char*>(from), n);
}

// Has libpng turn what the file holds into `channels` channels of `bits` bits. Returns how many
// channels there will be.
int Convert(Png* p, int channels, int bits) {
  png_structp png = p->png;
  int type = png_get_color_type(png, p->info);
  const int depth = png_get_bit_depth(png, p->info);
  const bool transparent = png_get_valid(png, p->info, PNG_INFO_tRNS) != 0;
  const bool has_alpha = (type & PNG_COLOR_MASK_ALPHA) != 0 || transparent;
  const bool is_grey = (type & PNG_COLOR_MASK_COLOR) == 0;
  if (channels == 0) channels = (is_grey ? 1 : 3) + (has_alpha ? 1 : 0);
  const bool wants_alpha = channels % 2 == 0, wants_grey = channels <= 2;
  if (bits == 8 && depth > 8) png_set_strip_16(png);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (is_grey && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (transparent) png_set_tRNS_to_alpha(png);
  if (bits == 16 && depth <= 8) png_set_expand_16(png);
  if (bits == 16) png_set_swap(png);  // files are big-endian
  if (has_alpha && !wants_alpha) png_set_strip_alpha(png);
  // As in TensorFlow, what is opaque has the largest value of the file's depth, also in a palette.
  if (!has_alpha && wants_alpha) png_set_add_alpha(png, (1u << depth) - 1, PNG_FILLER_AFTER);
  if (is_grey && !wants_grey) png_set_gray_to_rgb(png);
  if (!is_grey && wants_grey) png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, 0.299, 0.587);
  png_set_interlace_handling(png);
  png_read_update_info(png, p->info);
  return channels;
}

template <typename T>
void Read(Png* p, int channels, Pixels<T>* out, std::vector<png_bytep>* rows) {
  png_set_read_fn(p->png, p, ReadBytes);
  png_read_info(p->png, p->info);
  out->channels = Convert(p, channels, 8 * static_cast<int>(sizeof(T)));
  out->width = png_get_image_width(p->png, p->info);
  out->height = png_get_image_height(p->png, p->info);
  if (png_get_rowbytes(p->png, p->info) != static_cast<size_t>(out->row()) * sizeof(T))
    png_error(p->png, "the rows have an unexpected size");
  if (out->height * out->row() >= kMostPixelValues) png_error(p->png, "the image is too large");
  out->values.resize(static_cast<size_t>(out->height * out->row()));
  for (int64_t y = 0; y < out->height; ++y)
    rows->push_back(reinterpret_cast<png_bytep>(out->values.data() + y * out->row()));
  png_read_image(p->png, rows->data());
  png_read_end(p->png, nullptr);
}

template <typename T>
void Write(Png* p, const Pixels<T>& image, int compression) {
  static constexpr int kTypes[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                   PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  png_set_write_fn(p->png, p, WriteBytes, [](png_structp) {});
  png_set_compression_level(p->png, compression);
  png_set_IHDR(p->png, p->info, static_cast<png_uint_32>(image.width),
               static_cast<png_uint_32>(image.height), 8 * static_cast<int>(sizeof(T)),
               kTypes[image.channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(p->png, p->info);
  if (sizeof(T) == 2) png_set_swap(p->png);
  for (int64_t y = 0; y < image.height; ++y) {
    png_write_row(p->png, reinterpret_cast<png_const_bytep>(image.values.data() + y * image.row()));
  }
  png_write_end(p->png, nullptr);
}

// Each is false on an error.
template <typename T>
bool TryRead(Png* p, int channels, Pixels<T>* out, std::vector<png_bytep>* rows) {
  if (setjmp(png_jmpbuf(p->png)) != 0) return false;
  Read(p, channels, out, rows);
  return true;
}

template <typename T>
bool TryWrite(Png* p, const Pixels<T>& image, int compression) {
  if (setjmp(png_jmpbuf(p->png)) != 0) return false;
  Write(p, image, compression);
  return true;
}

}  // namespace

template <typename T>
absl::StatusOr<Pixels<T>> DecodePng(absl::string_view file, int channels) {
  Png p;
  Pixels<T> out;
  std::vector<png_bytep> rows;
  p.input = file;
  p.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &p, Fail, [](png_structp, const char*) {});
  p.info = p.png == nullptr ? nullptr : png_create_info_struct(p.png);
  const bool ok = p.info != nullptr && TryRead(&p, channels, &out, &rows);
  png_destroy_read_struct(&p.png, &p.info, nullptr);
  if (ok) return out;
  return absl::InvalidArgumentError(
      absl::StrCat("Invalid PNG data, size ", file.size(), ": ", p.message));
}

template <typename T>
absl::StatusOr<std::string> EncodePng(const Pixels<T>& image, int compression) {
  if (image.width > PNG_UINT_31_MAX || image.height > PNG_UINT_31_MAX) {
    return absl::InvalidArgumentError(
        absl::StrCat("no PNG file has ", image.height, " x ", image.width, " pixels"));
  }
  Png p;
  p.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &p, Fail, [](png_structp, const char*) {});
  p.info = p.png == nullptr ? nullptr : png_create_info_struct(p.png);
  const bool ok = p.info != nullptr && TryWrite(&p, image, compression);
  png_destroy_write_struct(&p.png, &p.info);
  if (ok) return std::move(p.output);
  return absl::InvalidArgumentError(absl::StrCat("PNG encoding failed: ", p.message));
}

template absl::StatusOr<Pixels<uint8_t>> DecodePng(absl::string_view file, int channels);
template absl::StatusOr<Pixels<uint16_t>> DecodePng(absl::string_view file, int channels);
template absl::StatusOr<std::string> EncodePng(const Pixels<uint8_t>& image, int compression);
template absl::StatusOr<std::string> EncodePng(const Pixels<uint16_t>& image, int compression);

}  // namespace millrace
