// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/token_stream.hpp"

namespace contractc {
namespace {

syntax::Body parse_alternatives(TokenStream& tokens, unsigned& depth);

syntax::Move parse_move(TokenStream& tokens, unsigned& depth) {
  syntax::Move move;
  move.message = tokens.expect_name("a message");
  move.is_request = tokens.sees("?");
  if (!move.is_request && !tokens.sees("!"))
    tokens.fail("expected `?` or `!`, found " + tokens.peek().shown(),
                "write `" + move.message.text + "?` for a request, `" + move.message.text + "!` for an answer");
  tokens.take();
  tokens.expect("->", "say where it leads: `-> STATE`");
  if (tokens.sees("one")) {
    move.target.body = std::make_shared<syntax::Body>(parse_alternatives(tokens, depth));
  } else if (tokens.peek(1).is("?") || tokens.peek(1).is("!")) {
    const Nesting nesting(depth, tokens);
    move.target.body = std::make_shared<syntax::Body>(syntax::Body{.at = tokens.peek().at, .moves = {}});
    move.target.body->moves.push_back(parse_move(tokens, depth));
  } else {
    move.target.name = tokens.expect_name("a state, or `one { ... }`");
  }
  return move;
}

syntax::Body parse_alternatives(TokenStream& tokens, unsigned& depth) {
  const Nesting nesting(depth, tokens);
  syntax::Body body{.at = tokens.take().at, .moves = {}};
  tokens.expect("{", "write `one { MESSAGE? -> STATE; }`");
  while (!tokens.take_if("}")) {
    body.moves.push_back(parse_move(tokens, depth));
    // The last move of an inline state stands before its brace, which a `;` may follow as well.
    if (!tokens.sees("}")) tokens.expect(";", "end the move with `;`");
  }
  return body;
}

}  // namespace

syntax::State parse_state(TokenStream& tokens) {
  syntax::State state;
  state.documentation = tokens.peek().documentation;
  state.is_volatile = tokens.take_if("volatile");
  tokens.expect("state", "write `volatile state NAME: ...`");
  state.name = tokens.expect_name("the name of the state");
  tokens.expect(":", "write `state NAME: ...`");
  unsigned depth = 0;
  state.body.at = tokens.peek().at;
  if (tokens.sees("one")) {
    state.body = parse_alternatives(tokens, depth);
    tokens.take_if(";");
    return state;
  }
  if (!tokens.sees(";")) state.body.moves.push_back(parse_move(tokens, depth));
  tokens.expect(";", "end the state with `;`, or write `one { ... }` for several moves");
  return state;
}

}  // namespace contractc
