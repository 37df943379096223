// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/token_stream.hpp"

namespace contractc {
namespace {

syntax::Argument parse_argument(TokenStream& tokens) {
  syntax::Argument argument;
  if (!tokens.take_if("user")) {
    argument.type = tokens.expect_name("an integer type, or `user`");
    argument.name = tokens.expect_name("the name of the argument");
    return argument;
  }
  if (tokens.sees("read") || tokens.sees("write")) {
    argument.kind =
        tokens.take().is("read") ? syntax::Argument::Kind::memory_read : syntax::Argument::Kind::memory_write;
    argument.name = tokens.expect_name("the name of the argument");
    tokens.expect("[", "say how many bytes are used: `user read NAME[COUNT]`");
    argument.count = std::make_unique<syntax::Expression>(parse_expression(tokens));
    tokens.expect("]", "say how many bytes are used: `user read NAME[COUNT]`");
  } else if (tokens.sees("string")) {
    tokens.take();
    argument.kind = syntax::Argument::Kind::string;
    argument.name = tokens.expect_name("the name of the argument");
  } else {
    argument.kind = syntax::Argument::Kind::address;
    argument.type = tokens.expect_name("`read`, `write`, `string` or the name of a type");
    argument.name = tokens.expect_name("the name of the argument");
  }
  return argument;
}

syntax::ProgramCall parse_call(TokenStream& tokens) {
  syntax::ProgramCall call;
  call.documentation = tokens.take().documentation;  // `call`
  call.at = tokens.peek().at;
  call.number = tokens.expect_number("the number of the call");
  call.name = tokens.expect_name("the name of the call");
  tokens.expect("(", "write the arguments in parentheses");
  while (!tokens.take_if(")")) {
    call.arguments.push_back(parse_argument(tokens));
    if (!tokens.sees(")")) tokens.expect(",", "separate arguments by `,`");
  }
  tokens.expect("->", "say which server takes the call: `-> SERVER`");
  call.server = tokens.expect_name("a server");
  tokens.expect(";", "end the call with `;`");
  return call;
}

void parse_item(TokenStream& tokens, syntax::Personality& personality) {
  if (tokens.sees("call")) {
    personality.calls.push_back(parse_call(tokens));
  } else if (tokens.take_if("absent")) {
    do {
      syntax::AbsentCall call{.number = 0, .at = tokens.peek().at, .name = {}};
      call.number = tokens.expect_number("the number of the call");
      call.name = tokens.expect_name("the name of the call").text;
      personality.absent.push_back(std::move(call));
    } while (tokens.take_if(","));
    tokens.expect(";", "separate calls by `,`, and end the list with `;`");
  } else if (tokens.take_if("server")) {
    personality.servers.push_back(tokens.expect_name("the name of a server"));
    tokens.expect(";", "end the line with `;`");
  } else if (tokens.sees("fault")) {
    const Position at = tokens.take().at;
    tokens.expect("->", "say which server takes page faults: `fault -> SERVER;`");
    syntax::Name server = tokens.expect_name("a server");
    if (personality.fault) tokens.error(at, "page faults are given to a server twice", "remove one of the two");
    personality.fault = std::move(server);
    tokens.expect(";", "end the line with `;`");
  } else {
    tokens.fail("expected an item, found " + tokens.peek().shown(),
                "an item begins with `server`, `call`, `absent` or `fault`");
  }
}

}  // namespace

syntax::Personality parse_personality(TokenStream& tokens) {
  syntax::Personality personality;
  personality.documentation = tokens.take().documentation;  // `personality`
  personality.name = tokens.expect_name("the name of the personality");
  tokens.expect("{", "write `personality NAME {`");
  while (!tokens.sees("}")) {
    if (tokens.at_end()) tokens.fail("the personality has no end", "close it with `}`");
    try {
      parse_item(tokens, personality);
    } catch (const SyntaxError&) {
      tokens.skip_item();
    }
  }
  tokens.take();
  tokens.take_if(";");
  return personality;
}

}  // namespace contractc
