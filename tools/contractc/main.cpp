// SPDX-License-Identifier: BSD-2-Clause
#include <cstdio>
#include <filesystem>
#include <format>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/contractc/compile.hpp"
#include "tools/contractc/generate.hpp"
#include "tools/contractc/report.hpp"

namespace {

using namespace contractc;

constexpr std::string_view usage =
    "usage: contractc --out DIR [--depfile FILE] FILE.contract   writes DIR/generated/contract/NAME.hpp\n"
    "       contractc --describe FILE.contract                   prints a description as JSON\n"
    "       contractc --docs FILE.contract                       prints reference documentation as Markdown\n";

enum class Mode { generate, describe, document };

struct Options {
  Mode mode = Mode::generate;
  std::string out;
  std::string depfile;
  std::string file;
};

std::optional<Options> parse_options(const std::vector<std::string_view>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool has_value = i + 1 < words.size();
    if (words[i] == "--out" && has_value) {
      options.out = words[++i];
    } else if (words[i] == "--depfile" && has_value) {
      options.depfile = words[++i];
    } else if (words[i] == "--describe") {
      options.mode = Mode::describe;
    } else if (words[i] == "--docs") {
      options.mode = Mode::document;
    } else if (words[i].starts_with('-') || !options.file.empty()) {
      std::fputs(std::format("contractc: `{}` is not understood\n{}", words[i], usage).c_str(), stderr);
      return std::nullopt;
    } else {
      options.file = words[i];
    }
  }
  if (!options.file.empty() && (options.mode != Mode::generate || !options.out.empty())) return options;
  std::fputs(std::format("contractc: {} is missing\n{}", options.file.empty() ? "the contract" : "--out DIR", usage).c_str(), stderr);
  return std::nullopt;
}

bool write(const std::filesystem::path& path, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) return true;
  std::fputs(std::format("contractc: {} cannot be written; check that the folder exists and has room\n", path.string()).c_str(), stderr);
  return false;
}

}  // namespace

int main(int count, char** words) {
  const auto options = parse_options({words + 1, words + count});
  if (!options) return 2;
  Compilation compilation;
  const Compilation::Result result = compilation.compile(options->file);
  for (const Diagnostic& diagnostic : compilation.diagnostics().list())
    std::fputs((diagnostic.text() + "\n").c_str(), stderr);
  if (compilation.diagnostics().any()) return 1;

  if (options->mode != Mode::generate) {
    const bool describes = options->mode == Mode::describe;
    const std::string text = result.contract != nullptr ? (describes ? describe(*result.contract) : document(*result.contract))
                                                        : (describes ? describe(*result.personality) : document(*result.personality));
    std::fputs(text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  const std::string name = result.contract != nullptr ? result.contract->space : result.personality->name;
  const auto folder = std::filesystem::path(options->out) / "generated" / "contract";
  const auto header = folder / (name + ".hpp");
  if (!write(header, result.contract != nullptr ? generate_header(*result.contract) : generate_header(*result.personality)))
    return 1;
  if (result.contract != nullptr && !write(folder / (name + "_conversation.hpp"), generate_conversation(*result.contract))) return 1;
  if (options->depfile.empty()) return 0;
  std::string rule = header.string() + ":";
  for (const Source& source : compilation.sources()) rule += " " + source.path;
  return write(options->depfile, rule + "\n") ? 0 : 1;
}
