// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/check.hpp"

#include <algorithm>
#include <array>
#include <format>

#include "abi/component.hpp"
#include "tools/contractc/checker.hpp"
#include "tools/contractc/names.hpp"

namespace contractc {
namespace {

// What lib/contract and the generator have in the namespaces where contracts put their names.
constexpr auto reserved_contracts =
    std::to_array<std::string_view>({"abi", "std", "contract", "base", "report", "defect", "deferred", "read_payload",
                                     "write_payload", "read_bytes", "is_bool", "number_of", "name_of", "this_thread",
                                     "index_of", "copy_error", "payload_bytes", "tag_reissued", "refused_number"});
constexpr auto reserved_names = std::to_array<std::string_view>(
    {"Exporter", "BasicExporter", "Shadow", "BasicShadow", "Event", "detail", "is_valid", "contract_name",
     "contract_version", "check_request", "check_reply", "shadow_contract"});

}  // namespace

std::unique_ptr<model::Contract> check(const syntax::Contract& contract, const std::vector<syntax::Name>& imports,
                                       const Importer& importer, Diagnostics& diagnostics) {
  return Checker(contract, imports, importer, diagnostics).check();
}

std::unique_ptr<model::Contract> Checker::check() {
  check_name(syntax_.name, "a contract", diagnostics_);
  model_->name = syntax_.name.text;
  model_->space = snake_case(syntax_.name.text);
  if (std::ranges::find(reserved_contracts, model_->space) != reserved_contracts.end())
    diagnostics_.error(syntax_.name.at, std::format("no contract may be called `{}`", model_->name),
                       "choose another name");
  if (model_->name.size() > sizeof(abi::ImportRecord::contract) - 1)
    diagnostics_.error(syntax_.name.at, std::format("the name `{}` is too long", model_->name),
                       std::format("at most {} characters fit", sizeof(abi::ImportRecord::contract) - 1));
  model_->documentation = syntax_.documentation;
  model_->versioned = syntax_.version.has_value();
  model_->version = syntax_.version.value_or(0);
  if (syntax_.version && (*syntax_.version == 0 || *syntax_.version > 0xffff'ffff))
    diagnostics_.error(syntax_.name.at, "a version is at least 1 and has 32 bits", "write `version 1`");
  for (const std::string_view name : reserved_names) declared_.emplace(name, "part of every generated contract");

  check_imports();
  for (const syntax::Constant& constant : syntax_.constants) check_constant(constant);
  for (const syntax::Enum& enumeration : syntax_.enums) check_enum(enumeration);
  for (const syntax::Struct& structure : syntax_.structs) check_struct(structure);
  for (const syntax::Message& message : syntax_.messages) check_message(message);
  for (const syntax::Event& event : syntax_.events) {
    check_name(event.name, "an event", diagnostics_);
    if (std::ranges::find(model_->events, event.name.text, &model::Event::name) != model_->events.end())
      diagnostics_.error(event.name.at, std::format("the event `{}` is declared twice", event.name.text),
                         "remove one of the two");
    model_->events.push_back({event.name.text, event.documentation});
    if (model_->events.size() == abi::max_channel_events + 1)
      diagnostics_.error(event.name.at, std::format("a contract has at most {} events", abi::max_channel_events),
                         "let one event stand for several, and answer in its `take` request which it was");
  }
  check_states();
  if (!diagnostics_.any()) check_failures();
  return std::move(model_);
}

void Checker::declare(const syntax::Name& name, const std::string& cpp_name, std::string_view what) {
  check_name(name, what, diagnostics_);
  const auto [entry, is_new] = declared_.emplace(cpp_name, what);
  if (is_new) return;
  const std::string called = cpp_name == name.text ? "" : std::format(", `{}` in C++,", cpp_name);
  diagnostics_.error(name.at, std::format("`{}`{} is {} already", name.text, called, entry->second),
                     "choose another name");
}

void Checker::check_imports() {
  for (const syntax::Name& name : imports_) {
    std::shared_ptr<const model::Contract> imported = importer_(name);
    if (imported == nullptr) continue;
    scope_.add_all(*imported);
    model_->imports.push_back(imported->space);
    model_->imported.push_back(std::move(imported));
  }
}

void Checker::check_constant(const syntax::Constant& constant) {
  const auto type = integer_type(constant.type.text);
  if (!type) {
    diagnostics_.error(constant.type.at, std::format("`{}` is no type of constants", constant.type.text),
                       "constants are integers: u8 to u64, i8 to i64, int");
    return;
  }
  declare(constant.name, constant.name.text, "a constant");
  const auto value = constant_value(constant.value, scope_, diagnostics_);
  if (!value) return;
  if (!fits(*value, *type)) {
    diagnostics_.error(constant.value.at,
                       std::format("the value of `{}` does not fit in {}", constant.name.text, constant.type.text),
                       "use a wider type");
    return;
  }
  model_->constants.reserve(syntax_.constants.size());  // the scope points into it
  model_->constants.push_back({.name = constant.name.text,
                               .type = *type,
                               .negative = *value < 0,
                               .value = static_cast<std::uint64_t>(*value),
                               .documentation = constant.documentation});
  scope_.add(model_->constants.back(), model_->space);
}

void Checker::check_enum(const syntax::Enum& enumeration) {
  declare(enumeration.name, enumeration.name.text, "an enum");
  const auto underlying = integer_type(enumeration.underlying.text);
  if (!underlying) {
    diagnostics_.error(enumeration.underlying.at, std::format("`{}` is no integer type", enumeration.underlying.text),
                       "write `enum NAME : u8 { ... }`");
    return;
  }
  auto result = std::make_unique<model::Enum>();
  result->name = enumeration.name.text;
  result->space = model_->space;
  result->underlying = *underlying;
  result->documentation = enumeration.documentation;
  for (const syntax::Enumerator& enumerator : enumeration.enumerators) {
    check_name(enumerator.name, "an enumerator", diagnostics_);
    const auto value = constant_value(enumerator.value, scope_, diagnostics_);
    if (!value) continue;
    if (!fits(*value, *underlying))
      diagnostics_.error(
          enumerator.value.at,
          std::format("the number of `{}` does not fit in {}", enumerator.name.text, enumeration.underlying.text),
          "use a wider type for the enum");
    for (const model::Enumerator& other : result->enumerators) {
      if (other.name == enumerator.name.text)
        diagnostics_.error(enumerator.name.at, std::format("the enumerator `{}` is there twice", other.name),
                           "remove one of the two");
      else if (other.value == static_cast<std::uint64_t>(*value))
        diagnostics_.error(enumerator.value.at,
                           std::format("`{}` has the number of `{}`", enumerator.name.text, other.name),
                           "give each enumerator a number of its own");
    }
    result->enumerators.push_back({enumerator.name.text, static_cast<std::uint64_t>(*value), enumerator.documentation});
  }
  if (enumeration.enumerators.empty())
    diagnostics_.error(enumeration.name.at, std::format("the enum `{}` has no enumerators", enumeration.name.text),
                       "add one: no value at all would be valid");
  scope_.add(*result);
  model_->enums.push_back(std::move(result));
}

std::vector<model::Field> Checker::check_fields(const std::vector<syntax::Field>& fields) {
  std::vector<model::Field> result;
  for (const syntax::Field& field : fields) {
    check_name(field.name, "a field", diagnostics_);
    const std::string& name = field.name.text;
    if (name == "encode" || name == "decode" || name == "check" || name.starts_with("message_"))
      diagnostics_.error(field.name.at, std::format("`{}` is a name that generated messages have themselves", name),
                         "choose another name");
    if (std::ranges::find(result, name, &model::Field::name) != result.end())
      diagnostics_.error(field.name.at, std::format("the field `{}` is there twice", name), "choose another name");
    if (auto type = resolve(field.type, scope_, diagnostics_))
      result.push_back({.name = name, .type = std::move(*type), .offset = 0, .documentation = field.documentation});
  }
  return result;
}

void Checker::check_struct(const syntax::Struct& structure) {
  declare(structure.name, structure.name.text, "a structure");
  auto result = std::make_unique<model::Struct>();
  result->name = structure.name.text;
  result->space = model_->space;
  result->documentation = structure.documentation;
  result->fields = check_fields(structure.fields);
  for (std::size_t i = 0; i < result->fields.size(); ++i) {
    if (result->fields[i].type.in_back())
      diagnostics_.error(structure.name.at, std::format("the structure `{}` holds a lend", structure.name.text),
                         "structures are plain memory: put the lend into the message");
    result->alignment = std::max(result->alignment, result->fields[i].type.alignment);
  }
  if (structure.fields.empty())
    diagnostics_.error(structure.name.at, std::format("the structure `{}` has no members", structure.name.text),
                       "add one, or remove it");
  const std::uint64_t end = lay_out(result->fields);
  result->size = (end + result->alignment - 1) / result->alignment * result->alignment;
  scope_.add(*result);
  model_->structs.push_back(std::move(result));
}

}  // namespace contractc
