"""What the world's tokens are as accounts of the chain."""

from __future__ import annotations

from data.models.ids import SOL_MINT
from data.sandbox import layout
from data.sandbox.tokens import Extension, Token, TokenProgram


def mint_of(token: Token) -> layout.Mint:
    """State a token's mint account; native SOL's keeps no count of its supply."""
    return layout.Mint(
        decimals=token.decimals,
        supply=0 if token.mint == SOL_MINT else token.supply,
        mint_authority=token.mint_authority,
        freeze_authority=token.freeze_authority,
        extensions=token.extensions,
    )


def freezes(token: Token) -> bool:
    """Tell whether new accounts of a token begin frozen."""
    return (token.extension("defaultAccountState") or {}).get("accountState") == "frozen"


def account_extensions(token: Token) -> tuple[Extension, ...]:
    """Tell what a token's extensions demand of every account of it."""
    if token.program is TokenProgram.SPL:
        return ()
    demanded = [Extension(name="immutableOwner")]
    if token.extension("transferFeeConfig") is not None:
        demanded.append(Extension(name="transferFeeAmount", state={"withheldAmount": 0}))
    if token.extension("transferHook") is not None:
        demanded.append(Extension(name="transferHookAccount", state={"transferring": False}))
    return tuple(demanded)
