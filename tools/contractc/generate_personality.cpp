// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <filesystem>
#include <format>
#include <map>

#include "tools/contractc/generate.hpp"
#include "tools/contractc/names.hpp"

namespace contractc {
namespace {

using model::Argument;

std::string parameters_of(const model::ProgramCall& call) {
  std::string list = "::contract::ProgramCall& call";
  for (const Argument& argument : call.arguments)
    list += std::format(", {} {}",
                        argument.kind == Argument::Kind::integer ? cpp_type(argument.type) : "::contract::UserAddress",
                        argument.name);
  return list;
}

std::string arguments_of(const model::ProgramCall& call) {
  std::string list = "call";
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const Argument& argument = call.arguments[i];
    list += argument.kind == Argument::Kind::integer
                ? std::format(", static_cast<{}>(call.argument({}))", cpp_type(argument.type), i)
                : std::format(", ::contract::UserAddress{{call.argument({})}}", i);
  }
  return list;
}

void put_table(const model::Personality& personality, Output& out) {
  out.put("\nenum class Server : ::contract::u8 {\n");
  for (std::size_t i = 0; i < personality.servers.size(); ++i)
    out.put("  $name = $number,\n", {{"name", personality.servers[i]}, {"number", std::to_string(i)}});
  out.put("};\ninline constexpr Server fault_server = Server::$name;\n",
          {{"name", personality.servers[personality.fault_server]}});

  std::map<unsigned, std::string> names;
  for (const model::AbsentCall& call : personality.absent) names[call.number] = call.name;
  for (const model::ProgramCall& call : personality.calls) names[call.number] = call.name;
  const unsigned limit = names.empty() ? 0 : names.rbegin()->first + 1;
  out.put(
      "\n/// Calls are numbered below this.\ninline constexpr unsigned call_limit = $limit;\n\n"
      "/// Name of a call, also of one that no server takes.\n"
      "constexpr std::string_view name_of(unsigned number) {\n"
      "  constexpr const char* names[call_limit + 1] = {\n",
      {{"limit", std::to_string(limit)}});
  std::string line = "     ";
  for (unsigned number = 0; number <= limit; ++number) {
    const std::string name = names.contains(number) ? " " + c_string(names[number]) + "," : " nullptr,";
    if (line.size() + name.size() > 118) {
      out.put("$line\n", {{"line", line}});
      line = "     ";
    }
    line += name;
  }
  out.put(
      "$line\n  };\n  return number < call_limit && names[number] != nullptr ? names[number] : \"a call without a "
      "name\";\n}\n",
      {{"line", line}});

  out.put(
      "\n/// The server that takes a call; false: none does, and it is answered with ENOSYS.\n"
      "constexpr bool server_of(unsigned number, Server& server) {\n  switch (number) {\n");
  for (std::size_t i = 0; i < personality.servers.size(); ++i) {
    bool any = false;
    for (const model::ProgramCall& call : personality.calls) {
      if (call.server != i) continue;
      any = true;
      out.put("    case $number:\n", {{"number", std::to_string(call.number)}});
    }
    if (any) out.put("      server = Server::$name;\n      return true;\n", {{"name", personality.servers[i]}});
  }
  out.put("    default: return false;\n  }\n}\n");
}

/// How an argument is shown in a trace.
std::string_view shape_of(const Argument& argument) {
  switch (argument.kind) {
    case Argument::Kind::integer:
      return argument.type.is_signed ? "number" : "unsigned_number";
    case Argument::Kind::memory_read:
      return "read_buffer";
    case Argument::Kind::memory_write:
      return "write_buffer";
    case Argument::Kind::string:
      return "string";
    case Argument::Kind::address:
      return "address";
  }
  return "none";
}

void put_shapes(const model::Personality& personality, Output& out) {
  out.put(
      "\n/// How the arguments of a call are shown, of any server.\n"
      "[[gnu::cold]] constexpr ::abi::trace::Shapes shapes_of(unsigned call) {\n"
      "  using enum ::abi::trace::Shape;\n  switch (call) {\n");
  for (const model::ProgramCall& call : personality.calls) {
    std::string shapes, lengths;
    for (const Argument& argument : call.arguments) {
      shapes += std::format("{}{}", shapes.empty() ? "" : ", ", shape_of(argument));
      const auto length = std::ranges::find(call.arguments, argument.count_text, &Argument::name);
      lengths += std::format("{}{}", lengths.empty() ? "" : ", ",
                             length == call.arguments.end() ? 0 : length - call.arguments.begin());
    }
    out.put("    case $number: return {{$shapes}, {$lengths}};  // $name\n",
            {{"number", std::to_string(call.number)}, {"shapes", shapes}, {"lengths", lengths}, {"name", call.name}});
  }
  out.put(
      "    default: return {{unsigned_number, unsigned_number, unsigned_number, unsigned_number, unsigned_number, "
      "unsigned_number}, {}};\n  }\n}\n");

  out.put(
      "\n/// The argument's name; empty: there is no such argument.\n"
      "constexpr std::string_view argument_name(unsigned call, unsigned index) {\n"
      "  constexpr std::string_view none{};\n  switch (call) {\n");
  for (const model::ProgramCall& call : personality.calls) {
    if (call.arguments.empty()) continue;
    std::string names;
    for (const Argument& argument : call.arguments)
      names += std::format("{}{}", names.empty() ? "" : ", ", c_string(argument.name));
    out.put(
        "    case $number: {\n      constexpr std::string_view names[] = {$names};\n"
        "      return index < $count ? names[index] : none;\n    }\n",
        {{"number", std::to_string(call.number)}, {"names", names}, {"count", std::to_string(call.arguments.size())}});
  }
  out.put("    default: return none;\n  }\n}\n");
}

void put_server(const model::Personality& personality, unsigned server, Output& out) {
  out.put("\nnamespace $name {\n\n/// The calls that `$name` takes, a function each.\nclass Calls {\n public:\n",
          {{"name", personality.servers[server]}});
  for (const model::ProgramCall& call : personality.calls) {
    if (call.server != server) continue;
    out.document(call.documentation, "  ");
    out.put("  virtual Result $name($parameters) = 0;\n", {{"name", call.name}, {"parameters", parameters_of(call)}});
  }
  out.put(
      "\n  /// A call that is answered with ENOSYS; told once for each number.\n"
      "  virtual void unknown_call(unsigned number, std::string_view name) = 0;\n"
      "  /// A call of a program that is traced, before its answer.\n"
      "  virtual void trace(const ::contract::ProgramCall& call, const Result& result) = 0;\n\n"
      "  /// Calls the function for the call and answers with what it says.\n"
      "  [[gnu::hot]] void dispatch(::contract::ProgramCall& call) {\n"
      "    const Result result = handle(call);\n"
      "    if (call.owner_tag().traced()) [[unlikely]]\n      trace(call, result);\n"
      "    call.answer(result);\n  }\n\n"
      " protected:\n  ~Calls() = default;\n\n private:\n"
      "  [[gnu::hot]] Result handle(::contract::ProgramCall& call) {\n    switch (call.number()) {\n");
  for (const model::ProgramCall& call : personality.calls) {
    if (call.server == server)
      out.put("      case $number: return $name($arguments);\n",
              {{"number", std::to_string(call.number)}, {"name", call.name}, {"arguments", arguments_of(call)}});
  }
  out.put(
      "      default: return absent(call.number());\n    }\n  }\n\n"
      "  [[gnu::cold]] Result absent(unsigned number) {\n"
      "    constexpr int not_implemented = 38;\n"
      "    // Numbers beyond the table share one place.\n"
      "    const unsigned index = number < call_limit ? number : call_limit;\n"
      "    ::contract::u64& word = told_[index / 64];\n"
      "    const ::contract::u64 bit = ::contract::u64{1} << index % 64;\n"
      "    if ((word & bit) == 0) unknown_call(number, name_of(number));\n"
      "    word |= bit;\n"
      "    return Result::error(not_implemented);\n  }\n\n"
      "  ::contract::u64 told_[call_limit / 64 + 1] = {};\n};\n\n}  // namespace $name\n",
      {{"name", personality.servers[server]}});
}

}  // namespace

std::string generate_header(const model::Personality& personality) {
  Output out;
  out.put(
      "// SPDX-License-Identifier: BSD-2-Clause\n"
      "// Made by contractc of $file. Change that, not this.\n#pragma once\n\n#include <string_view>\n\n"
      "#include \"abi/call_record.hpp\"\n#include \"lib/contract/program_call.hpp\"\n\n",
      {{"file", std::filesystem::path(personality.source).filename().string()}});
  out.document(personality.documentation);
  out.put("namespace contract::$name {\n\nusing Result = ::contract::CallResult;\n", {{"name", personality.name}});
  put_table(personality, out);
  put_shapes(personality, out);
  for (unsigned server = 0; server < personality.servers.size(); ++server) put_server(personality, server, out);
  out.put("\n}  // namespace contract::$name\n", {{"name", personality.name}});
  return out.text();
}

}  // namespace contractc
