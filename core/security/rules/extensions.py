"""What a Token-2022 mint can do beyond being sent. Source: https://spl.solana.com/token-2022/extensions"""

from __future__ import annotations

from core.security.facts import Finding, Severity, TokenFacts, words
from core.security.registry import rule
from data.models.fields import (
    CLOSE_AUTHORITY,
    DEFAULT_FROZEN,
    EXTENSIONS,
    NON_TRANSFERABLE,
    PAUSE_AUTHORITY,
    PERMANENT_DELEGATE,
    TOKEN_PROGRAM,
    TRANSFER_HOOK,
    Authority,
    Field,
)

# Extensions that change nothing for a holder, or that a rule of their own judges.
_KNOWN = frozenset(
    {
        "metadataPointer", "tokenMetadata", "groupPointer", "tokenGroup", "groupMemberPointer",
        "tokenGroupMember", "mintCloseAuthority", "transferFeeConfig", "permanentDelegate", "transferHook",
        "nonTransferable", "defaultAccountState", "pausableConfig", "confidentialTransferMint",
        "confidentialTransferFeeConfig", "interestBearingConfig", "scaledUiAmountConfig",
    }
)  # fmt: skip
_RESCALED = frozenset({"interestBearingConfig", "scaledUiAmountConfig"})


def _held(
    facts: TokenFacts, key: Field[Authority], severity: Severity, name: str, danger: str
) -> Finding | None:
    held = facts.value(key)
    if held is None or held.address is None:
        return None  # an unknown extension list is a finding of its own
    milder = Severity.CAUTION if facts.established else severity
    return facts.finding(milder, f"{name} {{holder}}: {danger}", key, holder=words(held.address))


@rule(PERMANENT_DELEGATE)
def permanent_delegate(facts: TokenFacts) -> Finding | None:
    """Ask who can take tokens out of any wallet."""
    danger = "can take your tokens out of your wallet"
    return _held(facts, PERMANENT_DELEGATE, Severity.BLOCK, "Permanent delegate", danger)


@rule(TRANSFER_HOOK)
def transfer_hook(facts: TokenFacts) -> Finding | None:
    """Ask which program every transfer must pass."""
    danger = "every transfer runs it, and it can refuse a sale"
    return _held(facts, TRANSFER_HOOK, Severity.BLOCK, "Transfer hook", danger)


@rule(PAUSE_AUTHORITY)
def pausable(facts: TokenFacts) -> Finding | None:
    """Ask who can stop all transfers."""
    return _held(facts, PAUSE_AUTHORITY, Severity.BLOCK, "Pause authority", "can stop all transfers")


@rule(CLOSE_AUTHORITY)
def closable(facts: TokenFacts) -> Finding | None:
    """Ask who can close the mint."""
    return _held(
        facts, CLOSE_AUTHORITY, Severity.NOTE, "Close authority", "can close the mint once it is empty"
    )


@rule(NON_TRANSFERABLE)
def non_transferable(facts: TokenFacts) -> Finding | None:
    """Ask whether it can be sent at all."""
    if facts.value(NON_TRANSFERABLE):
        return facts.finding(
            Severity.BLOCK, "It cannot be transferred, so it cannot be sold", NON_TRANSFERABLE
        )
    return None


@rule(DEFAULT_FROZEN)
def default_frozen(facts: TokenFacts) -> Finding | None:
    """Ask whether a new holder begins frozen."""
    if facts.value(DEFAULT_FROZEN):
        return facts.finding(
            Severity.BLOCK, "New accounts begin frozen: who may sell is chosen", DEFAULT_FROZEN
        )
    return None


@rule(EXTENSIONS, TOKEN_PROGRAM)
def extensions(facts: TokenFacts) -> Finding | None:
    """Ask what else the mint can do."""
    if not facts.on_solana:
        return None
    names = facts.value(EXTENSIONS)
    if names is None:
        return facts.finding(Severity.UNKNOWN, "Token-2022 extensions: unknown, the chain did not say")
    strange = [name for name in names if name not in _KNOWN]
    if strange:
        listed = words(", ".join(strange))
        return facts.finding(
            Severity.CAUTION, "Extensions nobody here can judge: {names}", EXTENSIONS, names=listed
        )
    if _RESCALED.intersection(names):
        return facts.finding(Severity.NOTE, "Wallets show its amounts multiplied by a rate", EXTENSIONS)
    return facts.finding(
        Severity.CLEAR, "No extension that acts on holders beyond those named here", EXTENSIONS
    )
