// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/contractc/source.hpp"

// A contract that has been checked: every name resolved, every size known. Generators read nothing else.
namespace contractc::model {

struct Enum;
struct Struct;

struct Type {
  enum class Kind { boolean, integer, enumeration, structure, string, array, lend, give, service };

  Kind kind = Kind::integer;
  bool is_signed = false;  // of integer
  bool writable = false;   // of lend: the exporter writes
  const Enum* enumeration = nullptr;
  const Struct* structure = nullptr;         // of structure, and of a lend of structures
  std::shared_ptr<const Type> element = {};  // of array
  std::uint64_t capacity = 0;                // of string and array
  std::uint64_t size = 0;
  std::uint64_t alignment = 1;

  /// Lies in the back of the message, 16 bytes.
  bool in_back() const { return kind == Kind::lend || kind == Kind::give; }
  bool is_scalar() const { return kind <= Kind::enumeration; }
};

struct Constant {
  std::string name;
  Type type;
  bool negative = false;
  std::uint64_t value = 0;  // two's complement where negative
  std::string documentation;
};

struct Enumerator {
  std::string name;
  std::uint64_t value = 0;
  std::string documentation;
};

struct Enum {
  std::string name;
  std::string space;  // namespace below `contract` that declares it
  Type underlying;
  std::vector<Enumerator> enumerators;
  std::string documentation;
};

struct Field {
  std::string name;
  Type type;
  std::uint64_t offset = 0;  // in the payload or the structure; of lends and gives the number, 0 or 1
  std::string documentation;
};

struct Struct {
  std::string name;
  std::string space;
  std::vector<Field> fields;
  std::uint64_t size = 0;
  std::uint64_t alignment = 1;
  std::string documentation;
};

/// A checked expression. Numbers are 64 bits, signed as soon as an operand is.
struct Expression {
  enum class Kind { number, field, constant, enumerator, length, unary, binary };
  enum class Value { boolean, natural, integer };

  Kind kind = Kind::number;
  Value value = Value::natural;
  std::string text;   // operator; name of field, constant or enumerator
  std::string space;  // of constant and enumerator: namespace
  std::string scope;  // of enumerator: its enum
  std::uint64_t number = 0;
  bool is_enumeration = false;  // of field
  std::unique_ptr<Expression> left;
  std::unique_ptr<Expression> right;
};

enum class OnFailure { lost, idempotent, once, configures, lossy };

struct Message {
  std::string name;
  std::string type_name;
  unsigned number = 0;
  bool is_request = false;
  std::vector<Field> fields;
  std::unique_ptr<Expression> condition;
  std::string condition_text;
  unsigned back = 0;  // lends and gives
  std::uint64_t front_size = 0;
  OnFailure on_failure = OnFailure::lost;
  const Field* key = nullptr;      // of configures
  std::uint64_t key_capacity = 1;  // of configures
  std::uint64_t within_us = 0;     // 0: waits
  std::string documentation;
  Position at;

  unsigned lends() const {
    unsigned count = 0;
    for (const Field& field : fields) count += field.type.in_back();
    return count;
  }
};

struct Transition {
  const Message* out = nullptr;
  unsigned next = 0;
};

/// A request as one state accepts it.
struct Exchange {
  const Message* request = nullptr;
  std::string name;  // of the state of answers, where it has one
  std::vector<Transition> answers;
};

/// A state that waits for requests.
struct State {
  std::string name;
  bool named = true;
  bool is_volatile = false;
  std::vector<Exchange> exchanges;
  std::string documentation;
};

struct Event {
  std::string name;
  std::string documentation;
};

struct Contract {
  std::string name;    // as written
  std::string space;   // namespace and file: snake_case
  std::string source;  // path
  std::uint64_t version = 0;
  bool versioned = false;
  std::vector<std::string> imports;
  std::vector<Constant> constants;
  std::vector<std::unique_ptr<Enum>> enums;
  std::vector<std::unique_ptr<Struct>> structs;
  std::vector<std::unique_ptr<Message>> messages;
  std::vector<Event> events;
  std::vector<State> states;  // the first is the initial one
  std::string documentation;
  std::vector<std::shared_ptr<const Contract>> imported;

  bool has_states() const { return states.size() > 1; }
  /// Answers that some state allows to a request, in the order in which they were written first.
  std::vector<const Message*> answers_to(const Message& request) const;
  bool has_once() const;
};

struct Argument {
  enum class Kind { integer, memory_read, memory_write, string, address };

  Kind kind = Kind::integer;
  std::string name;
  Type type;            // of integer
  std::string pointee;  // of address: what lies there, for traces
  std::unique_ptr<Expression> count;
  std::string count_text;
};

struct ProgramCall {
  unsigned number = 0;
  std::string name;
  std::vector<Argument> arguments;
  unsigned server = 0;
  std::string documentation;
};

struct AbsentCall {
  unsigned number = 0;
  std::string name;
};

struct Personality {
  std::string name;
  std::string source;
  std::vector<std::string> servers;
  std::vector<ProgramCall> calls;  // by number
  std::vector<AbsentCall> absent;
  unsigned fault_server = 0;
  std::string documentation;
};

}  // namespace contractc::model
