// SPDX-License-Identifier: BSD-2-Clause
// Any text is either refused with errors, or compiles into a header, its documentation and its description.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tools/contractc/compile.hpp"
#include "tools/contractc/generate.hpp"
#include "tools/contractc/names.hpp"
#include "tools/contractc/parser.hpp"
#include "tools/contractc/report.hpp"

namespace {

// The file has to be called like what it holds.
std::string path_for(const std::string& text) {
  contractc::Diagnostics diagnostics;
  const contractc::Source source{"fuzz", text};
  const contractc::syntax::File file = contractc::parse(source, diagnostics);
  const std::string name = file.contract      ? file.contract->name.text
                           : file.personality ? file.personality->name.text
                                              : "none";
  return "no_such_folder/" + contractc::snake_case(name) + ".contract";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  contractc::Compilation compilation;
  const auto result = compilation.compile(path_for(text), text);
  const bool accepted = result.contract != nullptr || result.personality != nullptr;
  if (accepted == compilation.diagnostics().any()) std::abort();
  for (const auto& diagnostic : compilation.diagnostics().list()) {
    if (diagnostic.text().empty() || diagnostic.mend.empty()) std::abort();
  }
  if (result.contract != nullptr) {
    contractc::generate_header(*result.contract);
    contractc::generate_conversation(*result.contract);
    contractc::document(*result.contract);
    contractc::describe(*result.contract);
  }
  if (result.personality != nullptr) {
    contractc::generate_header(*result.personality);
    contractc::describe(*result.personality);
  }
  return 0;
}
