#include "kernels/codec/jpeg.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
// After <cstdio>, which it needs.
#include <jerror.h>
#include <jpeglib.h>

namespace millrace {
namespace {

// libjpeg reports errors by a function that must not return. What is made between setjmp and such a
// jump has no destructors: the functions that call setjmp are given everything else.
struct Errors {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  bool truncated = false;
  char message[JMSG_LENGTH_MAX] = "";
};

Errors* ErrorsOf(j_common_ptr info) { return reinterpret_cast<Errors*>(info->err); }

[[noreturn]] void Fail(j_common_ptr info) {
  (*info->err->format_message)(info, ErrorsOf(info)->message);
  std::longjmp(ErrorsOf(info)->jump, 1);
}

void NoteWarning(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) ErrorsOf(info)->truncated = true;
}

void SetUp(Errors* errors) {
  jpeg_std_error(&errors->manager);
  errors->manager.error_exit = Fail;
  errors->manager.emit_message = NoteWarning;
  errors->manager.output_message = [](j_common_ptr) {};
}

// C, M, Y and K, inverted as Adobe's files have them, to red, green and blue.
void CmykToRgb(const JSAMPLE* from, int64_t width, uint8_t* to) {
  for (int64_t x = 0; x < width; ++x, from += 4, to += 3) {
    for (int k = 0; k < 3; ++k) to[k] = static_cast<uint8_t>(from[k] * from[3] / 255);
  }
}

struct DecodeState {
  jpeg_decompress_struct info;
  Errors errors;
  Pixels<uint8_t> out;
  std::vector<JSAMPLE> row;
  int64_t complete_rows = 0;
};

[[noreturn]] void Refuse(DecodeState* s, const char* message) {
  std::strcpy(s->errors.message, message);
  std::longjmp(s->errors.jump, 1);
}

// Reads the part of each row that the window needs: it begins where the library can begin.
void ReadRows(const JpegWindow& window, DecodeState* s) {
  jpeg_start_decompress(&s->info);
  JDIMENSION left = static_cast<JDIMENSION>(window.x);
  if (window.width < s->out.width) {
    JDIMENSION width = static_cast<JDIMENSION>(window.width);
    jpeg_crop_scanline(&s->info, &left, &width);
  }
  if (window.y > 0) jpeg_skip_scanlines(&s->info, static_cast<JDIMENSION>(window.y));
  s->out.height = window.height;
  s->out.width = window.width;
  s->out.values.resize(static_cast<size_t>(s->out.height * s->out.row()));
  const bool is_cmyk = s->info.out_color_space == JCS_CMYK;
  const int64_t components = is_cmyk ? 4 : s->out.channels;
  s->row.resize(static_cast<size_t>(s->info.output_width) * static_cast<size_t>(components));
  const JSAMPLE* const from = s->row.data() + (window.x - left) * components;
  for (int64_t y = 0; y < window.height; ++y) {
    JSAMPROW row = s->row.data();
    jpeg_read_scanlines(&s->info, &row, 1);
    uint8_t* to = s->out.values.data() + y * s->out.row();
    if (is_cmyk) {
      CmykToRgb(from, s->out.width, to);
    } else {
      std::memcpy(to, from, static_cast<size_t>(s->out.row()));
    }
    if (!s->errors.truncated) s->complete_rows = y + 1;
  }
  if (s->info.output_scanline < s->info.output_height) {
    jpeg_abort_decompress(&s->info);
  } else {
    jpeg_finish_decompress(&s->info);
  }
}

// Reads the header, and the rows unless `header_only`.
void Read(absl::string_view file, const JpegDecoding& options, bool header_only, DecodeState* s) {
  jpeg_create_decompress(&s->info);
  jpeg_mem_src(&s->info, reinterpret_cast<const unsigned char*>(file.data()),
               static_cast<unsigned long>(file.size()));  // NOLINT(google-runtime-int): libjpeg's
  jpeg_read_header(&s->info, TRUE);
  const int channels = options.channels > 0 ? options.channels : s->info.num_components > 1 ? 3 : 1;
  const bool is_cmyk = s->info.jpeg_color_space == JCS_CMYK || s->info.jpeg_color_space == JCS_YCCK;
  s->info.out_color_space = channels == 1 ? JCS_GRAYSCALE : is_cmyk ? JCS_CMYK : JCS_RGB;
  s->info.do_fancy_upsampling = options.fancy_upscaling ? TRUE : FALSE;
  s->info.dct_method = options.fast_transform ? JDCT_IFAST : JDCT_ISLOW;
  s->info.scale_num = 1;
  s->info.scale_denom = static_cast<unsigned int>(options.ratio);
  jpeg_calc_output_dimensions(&s->info);
  s->out.height = s->info.output_height;
  s->out.width = s->info.output_width;
  s->out.channels = channels;
  if (s->out.height * s->out.row() >= kMostPixelValues) Refuse(s, "the image is too large");
  if (header_only) {
    s->out.channels = s->info.num_components;
    return;
  }
  const JpegWindow all = {0, 0, s->out.height, s->out.width};
  const JpegWindow window = options.window.value_or(all);
  if (window.y < 0 || window.x < 0 || window.height <= 0 || window.width <= 0 ||
      window.height > all.height - window.y || window.width > all.width - window.x) {
    Refuse(s, "the window does not lie in the image");
  }
  ReadRows(window, s);
}

// False on an error.
bool TryRead(absl::string_view file, const JpegDecoding& options, bool header_only,
             DecodeState* s) {
  if (setjmp(s->errors.jump) != 0) return false;
  Read(file, options, header_only, s);
  return true;
}

absl::StatusOr<Pixels<uint8_t>> Run(absl::string_view file, const JpegDecoding& options,
                                    bool header_only) {
  DecodeState s;
  std::memset(&s.info, 0, sizeof(s.info));
  SetUp(&s.errors);
  s.info.err = &s.errors.manager;
  const bool ok = TryRead(file, options, header_only, &s);
  jpeg_destroy_decompress(&s.info);
  if (!ok) {
    return absl::InvalidArgumentError(
        absl::StrCat("Invalid JPEG data, size ", file.size(), ": ", s.errors.message));
  }
  if (header_only || !s.errors.truncated) return std::move(s.out);
  const double fraction = static_cast<double>(s.complete_rows) / static_cast<double>(s.out.height);
  if (options.recover_truncated && fraction >= options.acceptable_fraction) return std::move(s.out);
  return absl::InvalidArgumentError(absl::StrCat("Invalid JPEG data, size ", file.size(),
                                                 ": it ends after ", s.complete_rows, " of ",
                                                 s.out.height, " rows"));
}

struct EncodeState {
  jpeg_compress_struct info;
  Errors errors;
  unsigned char* buffer = nullptr;  // libjpeg's, by malloc
  unsigned long size = 0;           // NOLINT(google-runtime-int): libjpeg's
};

void Write(const Pixels<uint8_t>& image, const JpegEncoding& options, EncodeState* s) {
  jpeg_create_compress(&s->info);
  jpeg_mem_dest(&s->info, &s->buffer, &s->size);
  s->info.image_height = static_cast<JDIMENSION>(image.height);
  s->info.image_width = static_cast<JDIMENSION>(image.width);
  s->info.input_components = static_cast<int>(image.channels);
  s->info.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&s->info);
  if (options.optimize_size) s->info.optimize_coding = TRUE;
  s->info.density_unit = options.per_inch ? 1 : 2;
  s->info.X_density = static_cast<UINT16>(options.x_density);
  s->info.Y_density = static_cast<UINT16>(options.y_density);
  jpeg_set_quality(&s->info, options.quality, TRUE);
  if (options.progressive) jpeg_simple_progression(&s->info);
  if (!options.chroma_downsampling) {
    for (int k = 0; k < s->info.num_components; ++k) {
      s->info.comp_info[k].h_samp_factor = 1;
      s->info.comp_info[k].v_samp_factor = 1;
    }
  }
  jpeg_start_compress(&s->info, TRUE);
  if (!options.xmp_metadata.empty()) {
    // Adobe, XMP Specification Part 3, 1.1.3: a marker APP1 that begins with this name.
    static constexpr char kName[] = "http://ns.adobe.com/xap/1.0/";
    jpeg_write_m_header(&s->info, JPEG_APP0 + 1,
                        static_cast<unsigned int>(sizeof(kName) + options.xmp_metadata.size()));
    for (const char c : kName) jpeg_write_m_byte(&s->info, c);
    for (const char c : options.xmp_metadata)
      jpeg_write_m_byte(&s->info, static_cast<unsigned char>(c));
  }
  while (s->info.next_scanline < s->info.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(image.values.data() + s->info.next_scanline * image.row());
    jpeg_write_scanlines(&s->info, &row, 1);
  }
  jpeg_finish_compress(&s->info);
}

// False on an error.
bool TryWrite(const Pixels<uint8_t>& image, const JpegEncoding& options, EncodeState* s) {
  if (setjmp(s->errors.jump) != 0) return false;
  Write(image, options, s);
  return true;
}

}  // namespace

absl::StatusOr<Pixels<uint8_t>> DecodeJpeg(absl::string_view file, const JpegDecoding& options) {
  return Run(file, options, /*header_only=*/false);
}

absl::StatusOr<Pixels<uint8_t>> JpegHeader(absl::string_view file) {
  return Run(file, JpegDecoding(), /*header_only=*/true);
}

absl::StatusOr<std::string> EncodeJpeg(const Pixels<uint8_t>& image, const JpegEncoding& options) {
  if (image.width > JPEG_MAX_DIMENSION || image.height > JPEG_MAX_DIMENSION) {
    return absl::InvalidArgumentError(
        absl::StrCat("no JPEG file has ", image.height, " x ", image.width, " pixels"));
  }
  EncodeState s;
  std::memset(&s.info, 0, sizeof(s.info));
  SetUp(&s.errors);
  s.info.err = &s.errors.manager;
  const bool ok = TryWrite(image, options, &s);
  jpeg_destroy_compress(&s.info);
  std::string file;
  if (ok) file.assign(reinterpret_cast<const char*>(s.buffer), s.size);
  std::free(s.buffer);
  if (ok) return file;
  return absl::InvalidArgumentError(absl::StrCat("JPEG encoding failed: ", s.errors.message));
}

}  // namespace millrace
