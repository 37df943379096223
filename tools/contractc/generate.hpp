// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "tools/contractc/model.hpp"
#include "tools/contractc/output.hpp"

namespace contractc {

/// generated/contract/NAME.hpp of a contract, and of a personality.
std::string generate_header(const model::Contract& contract);
std::string generate_header(const model::Personality& personality);
/// generated/contract/NAME_conversation.hpp: the states as types.
std::string generate_conversation(const model::Contract& contract);

// The parts of a contract's header, one to a file.
void generate_types(const model::Contract& contract, Output& out);
void generate_messages(const model::Contract& contract, Output& out);
void generate_exporter(const model::Contract& contract, Output& out);
void generate_shadow(const model::Contract& contract, Output& out);

/// The C++ name of a type, as a value (`::contract::u32`) or as a function takes it.
std::string cpp_type(const model::Type& type);
std::string cpp_parameter(const model::Type& type);
std::string cpp_integer(std::uint64_t size, bool is_signed);
/// An integer literal of exactly that type.
std::string cpp_literal(std::uint64_t value, const model::Type& type);
/// A condition or number as C++; fields are members of `object`, arithmetic is done by the Condition `arithmetic`.
std::string cpp_expression(const model::Expression& expression, const std::string& object,
                           const std::string& arithmetic);
/// `::contract::Outcome<A, B>`.
std::string cpp_outs(const model::Contract& contract, const model::Message& request, std::string_view form);
/// "u64 block, u32 count" and "block, count".
std::string cpp_parameters(const model::Message& message);
std::string cpp_arguments(const model::Message& message);

/// Class of what a request returns in a state: named after the state of answers, where that has a name.
std::string turn_name(const model::State& state, const model::Exchange& exchange);

}  // namespace contractc
