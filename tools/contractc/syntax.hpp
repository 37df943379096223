// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/contractc/source.hpp"

// A contract as it is written; nothing here has been checked but the grammar.
namespace contractc::syntax {

struct Name {
  std::string text;
  Position at;
};

struct Expression {
  enum class Kind { number, name, length, unary, binary };

  Kind kind = Kind::number;
  Position at;
  std::string text;  // name, or operator
  std::uint64_t number = 0;
  std::unique_ptr<Expression> left;  // the only operand of unary
  std::unique_ptr<Expression> right;
};

struct Type {
  enum class Kind { named, string, array, lend_read, lend_write, give, service };

  Kind kind = Kind::named;
  Name name;                             // of named; of a lend's structure, empty for bytes
  std::unique_ptr<Expression> capacity;  // of string and array
  std::unique_ptr<Type> element;         // of array
};

struct Field {
  Type type;
  Name name;
  std::string documentation;
};

struct Constant {
  Name type;
  Name name;
  Expression value;
  std::string documentation;
};

struct Enumerator {
  Name name;
  Expression value;
  std::string documentation;
};

struct Enum {
  Name name;
  Name underlying;
  std::vector<Enumerator> enumerators;
  std::string documentation;
};

struct Struct {
  Name name;
  std::vector<Field> fields;
  std::string documentation;
};

struct Annotation {
  Name word;                             // idempotent, once, configures, lossy, within, waits
  std::optional<Name> key;               // of configures
  std::unique_ptr<Expression> capacity;  // of configures: most keys
  std::uint64_t number = 0;              // of within
  Name unit;
};

struct Message {
  bool is_request = false;
  Name name;
  std::vector<Field> fields;
  std::optional<Expression> condition;
  std::vector<Annotation> annotations;
  std::string documentation;
};

struct Event {
  Name name;
  std::string documentation;
};

struct Body;
struct Target {
  Name name;                   // empty for an inline state
  std::shared_ptr<Body> body;  // of an inline state
};
struct Move {
  Name message;
  bool is_request = false;  // `?`
  Target target;
};
struct Body {
  Position at;
  std::vector<Move> moves;
};
struct State {
  Name name;
  bool is_volatile = false;
  Body body;
  std::string documentation;
};

struct Contract {
  Name name;
  std::optional<std::uint64_t> version;
  std::vector<Constant> constants;
  std::vector<Enum> enums;
  std::vector<Struct> structs;
  std::vector<Message> messages;
  std::vector<Event> events;
  std::vector<State> states;
  std::string documentation;
};

struct Argument {
  enum class Kind { integer, memory_read, memory_write, string, address };

  Kind kind = Kind::integer;
  Name type;  // of integer and address
  Name name;
  std::unique_ptr<Expression> count;  // of memory: bytes, from other arguments
};

struct ProgramCall {
  std::uint64_t number = 0;
  Position at;
  Name name;
  std::vector<Argument> arguments;
  Name server;
  std::string documentation;
};

/// A call that no server takes, known by its name.
struct AbsentCall {
  std::uint64_t number = 0;
  Position at;
  std::string name;
};

struct Personality {
  Name name;
  std::vector<Name> servers;
  std::vector<ProgramCall> calls;
  std::vector<AbsentCall> absent;
  std::optional<Name> fault;
  std::string documentation;
};

struct File {
  std::vector<Name> imports;
  std::optional<Contract> contract;
  std::optional<Personality> personality;
};

}  // namespace contractc::syntax
