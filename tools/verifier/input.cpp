// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/input.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "tools/verifier/command_output.hpp"
#include "tools/verifier/files.hpp"

namespace verifier {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> find_files(const std::string& folder, auto wanted) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->is_regular_file(error) && wanted(entry->path())) found.push_back(entry->path().string());
  std::ranges::sort(found);
  return found;
}

}  // namespace

std::vector<Manifest> read_manifests(const std::vector<std::string>& paths, Refusals& refusals) {
  std::vector<std::string> files;
  std::error_code error;
  for (const std::string& path : paths) {
    if (fs::is_directory(path, error))
      files.append_range(find_files(path, [](const fs::path& file) { return file.filename() == "manifest.toml"; }));
    else
      files.push_back(path);
  }
  std::ranges::sort(files);
  files.erase(std::ranges::unique(files).begin(), files.end());
  std::vector<Manifest> manifests;
  for (const std::string& file : files)
    if (const auto text = read_file(file, refusals))
      manifests.push_back(read_manifest(file, {reinterpret_cast<const char*>(text->data()), text->size()}, refusals));
  return manifests;
}

ContractTable read_contracts(const std::string& folder, const std::string& compiler,
                             const std::vector<Manifest>& manifests, Refusals& refusals) {
  ContractTable table;
  std::error_code error;
  if (!fs::is_directory(folder, error))
    refusals.add("file", {folder, 0}, "the folder of contracts is not there", "mend --contracts");
  std::set<std::string> wanted = {"linux"};
  for (const Manifest& manifest : manifests) {
    for (const ExportEntry& entry : manifest.exports) wanted.insert(space_of(entry.contract));
    for (const ImportEntry& entry : manifest.imports) wanted.insert(space_of(entry.contract));
  }
  for (const std::string& file :
       find_files(folder, [](const fs::path& path) { return path.extension() == ".contract"; })) {
    const std::string name = fs::path(file).stem();
    table.known.push_back(name);
    if (!wanted.contains(name)) continue;
    if (const auto description = output_of({compiler, "--describe", file}))
      add_description(file, *description, table, refusals);
    else
      refusals.add("contract", {file, 0}, "the contract compiler refuses it (" + compiler + " --describe)",
                   "mend what the compiler says, or name it with --contractc");
  }
  return table;
}

void read_binaries(System& system, const std::string& folder, Refusals& refusals) {
  for (Component& component : system.components) {
    const std::string path = folder + "/" + component.manifest.binary.value;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
      refusals.add("binary", component.manifest.at(component.manifest.binary.line),
                   "its program " + path + " is not there",
                   "build it: bulkhead_component(" + component.manifest.binary.value + " ...), or mend `binary`");
      continue;
    }
    if (const auto file = read_file(path, refusals)) component.binary = read_binary(path, *file, refusals);
    if (component.binary) leave_out_unused(component);
  }
}

}  // namespace verifier
