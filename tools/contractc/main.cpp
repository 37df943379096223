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
#include "tools/contractc/generate_tests.hpp"
#include "tools/contractc/report.hpp"

namespace {

using namespace contractc;

constexpr std::string_view usage =
    "usage: contractc --out DIR [--depfile FILE] FILE.contract   writes DIR/generated/contract/NAME.hpp\n"
    "       contractc --describe FILE.contract                   prints a description as JSON\n"
    "       contractc --tests DIR FILE.contract                  writes tests into DIR: NAME_violations.cpp, "
    "NAME_*.cpp\n"
    "       contractc --docs FILE.contract                       prints reference documentation as Markdown\n";

enum class Mode { generate, tests, describe, document };

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
    } else if (words[i] == "--tests" && has_value) {
      options.mode = Mode::tests;
      options.out = words[++i];
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
  std::fputs(
      std::format("contractc: {} is missing\n{}", options.file.empty() ? "the contract" : "--out DIR", usage).c_str(),
      stderr);
  return std::nullopt;
}

bool write(const std::filesystem::path& path, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) return true;
  std::fputs(std::format("contractc: {} cannot be written; check that the folder exists and has room\n", path.string())
                 .c_str(),
             stderr);
  return false;
}

int write_tests(const model::Contract& contract, const std::filesystem::path& folder) {
  std::vector<std::string> without_example;
  const auto violations = generate_violation_tests(contract, without_example);
  for (const std::string& name : without_example)
    std::fputs(
        std::format(
            "{}: error: no values were found that satisfy `requires` of `{}`; write it so that one of its own numbers, "
            "or their product, does\n",
            contract.source, name)
            .c_str(),
        stderr);
  if (!violations) return 1;
  const StateTests states = generate_state_tests(contract);
  const auto put = [&](std::string_view what, const std::string& text) {
    return write(folder / std::format("{}_{}.cpp", contract.space, what), text);
  };
  return put("violations", *violations) && put("wrong_states", states.wrong_states) &&
                 put("wrong_moves", states.wrong_moves) && put("twins", states.twins)
             ? 0
             : 1;
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

  if (options->mode == Mode::tests) {
    if (result.contract != nullptr) return write_tests(*result.contract, options->out);
    std::fputs("contractc: --tests takes contracts, not personalities\n", stderr);
    return 2;
  }
  if (options->mode == Mode::document && result.contract == nullptr) {
    std::fputs("contractc: --docs takes contracts; the table of a personality's calls is made by: ./bulkhead docs\n",
               stderr);
    return 2;
  }
  if (options->mode != Mode::generate) {
    const std::string text = options->mode == Mode::document ? document(*result.contract)
                             : result.contract != nullptr    ? describe(*result.contract)
                                                             : describe(*result.personality);
    std::fputs(text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  const std::string name = result.contract != nullptr ? result.contract->space : result.personality->name;
  const auto folder = std::filesystem::path(options->out) / "generated" / "contract";
  const auto header = folder / (name + ".hpp");
  if (!write(header,
             result.contract != nullptr ? generate_header(*result.contract) : generate_header(*result.personality)))
    return 1;
  if (result.contract != nullptr &&
      !write(folder / (name + "_conversation.hpp"), generate_conversation(*result.contract)))
    return 1;
  if (options->depfile.empty()) return 0;
  std::string rule = header.string() + ":";
  for (const Source& source : compilation.sources()) rule += " " + source.path;
  return write(options->depfile, rule + "\n") ? 0 : 1;
}
