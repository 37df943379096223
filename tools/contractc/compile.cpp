// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/compile.hpp"

#include <filesystem>
#include <format>
#include <fstream>
#include <iterator>
#include <optional>

#include "tools/contractc/names.hpp"
#include "tools/contractc/parser.hpp"

namespace contractc {
namespace {

std::optional<std::string> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

Compilation::Result Compilation::compile(const std::string& path) {
  std::optional<std::string> text = read(path);
  if (!text) {
    sources_.push_back({path, {}});
    diagnostics_.error({.source = &sources_.back()}, "the file cannot be read", "check its name and its rights");
    return {};
  }
  return compile(path, std::move(*text));
}

Compilation::Result Compilation::compile(const std::string& path, std::string text) {
  sources_.push_back({path, std::move(text)});
  return compile(sources_.back());
}

Compilation::Result Compilation::compile(const Source& source) {
  const syntax::File file = parse(source, diagnostics_);
  if (diagnostics_.any()) return {};
  const syntax::Name& name = file.contract ? file.contract->name : file.personality->name;
  const std::string stem = std::filesystem::path(source.path).stem().string();
  if (stem != snake_case(name.text))
    diagnostics_.error(
        name.at,
        std::format("`{}` does not belong in {}", name.text, std::filesystem::path(source.path).filename().string()),
        std::format("name the file {}.contract", snake_case(name.text)));
  Result result;
  if (file.contract) {
    std::shared_ptr<model::Contract> contract = contractc::check(
        *file.contract, file.imports, [&](const syntax::Name& wanted) { return import(source, wanted); }, diagnostics_);
    contract->source = source.path;
    result.contract = std::move(contract);
  } else {
    if (!file.imports.empty())
      diagnostics_.error(file.imports.front().at, "a personality imports nothing", "remove the import");
    std::shared_ptr<model::Personality> personality = contractc::check(*file.personality, diagnostics_);
    personality->source = source.path;
    result.personality = std::move(personality);
  }
  return diagnostics_.any() ? Result{} : result;
}

std::shared_ptr<const model::Contract> Compilation::import(const Source& from, const syntax::Name& name) {
  const std::string path =
      (std::filesystem::path(from.path).parent_path() / (snake_case(name.text) + ".contract")).string();
  if (const auto found = imported_.find(path); found != imported_.end()) {
    if (found->second == nullptr)
      diagnostics_.error(name.at, std::format("`{}` imports itself, by one or several steps", name.text),
                         "move what both need into a third contract");
    return found->second;
  }
  std::optional<std::string> text = read(path);
  if (!text) {
    diagnostics_.error(name.at, std::format("there is no contract `{}`", name.text),
                       std::format("it would be {}", path));
    return nullptr;
  }
  imported_[path] = nullptr;
  const Result result = compile(path, std::move(*text));
  if (result.personality != nullptr)
    diagnostics_.error(name.at, std::format("`{}` is a personality", name.text), "import contracts only");
  return imported_[path] = result.contract;
}

}  // namespace contractc
