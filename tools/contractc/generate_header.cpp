// SPDX-License-Identifier: BSD-2-Clause
#include <filesystem>
#include <format>

#include "tools/contractc/generate.hpp"
#include "tools/contractc/names.hpp"

namespace contractc {

std::string generate_header(const model::Contract& contract) {
  Output out;
  out.put(
      "// SPDX-License-Identifier: BSD-2-Clause\n"
      "// Made by contractc of $file. Change that, not this.\n#pragma once\n\n#include "
      "\"lib/contract/generated.hpp\"\n",
      {{"file", std::filesystem::path(contract.source).filename().string()}});
  for (const std::string& import : contract.imports)
    out.put("#include \"generated/contract/$name.hpp\"\n", {{"name", import}});
  out.put("\n");
  out.document(contract.documentation);
  out.put(
      "namespace contract::$space {\n\n"
      "inline constexpr std::string_view contract_name = $name;\n"
      "inline constexpr ::contract::u32 contract_version = $version;\n",
      {{"space", contract.space}, {"name", c_string(contract.name)}, {"version", std::to_string(contract.version)}});
  generate_types(contract, out);
  generate_messages(contract, out);
  generate_exporter(contract, out);
  generate_shadow(contract, out);
  out.put("\n}  // namespace contract::$space\n", {{"space", contract.space}});
  if (contract.has_states())
    out.put("\n#include \"generated/contract/${space}_conversation.hpp\"\n", {{"space", contract.space}});
  return out.text();
}

}  // namespace contractc
