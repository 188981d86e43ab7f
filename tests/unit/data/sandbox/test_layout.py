from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.account import Account
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.token.state import Mint as SplMint
from solders.token.state import TokenAccount as SplAccount
from solders.transaction import Transaction

from data.chain.base58 import base58, unbase58
from data.errors import InvariantBroken
from data.sandbox import layout, seeds
from data.sandbox.recipes import transfer_fee
from data.sandbox.tokens import Extension, TokenProgram

KEY = seeds.address(1, "some key")
OTHER = seeds.address(1, "another key")
keys = st.one_of(st.none(), st.binary(min_size=32, max_size=32).filter(any).map(base58))
u64 = st.integers(0, 2**64 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
fees = st.fixed_dictionaries(
    {"epoch": u64, "maximumFee": u64, "transferFeeBasisPoints": st.integers(0, 10_000)}
)
STATES = {
    "transferFeeConfig": st.fixed_dictionaries(
        {
            "transferFeeConfigAuthority": keys,
            "withdrawWithheldAuthority": keys,
            "withheldAmount": u64,
            "olderTransferFee": fees,
            "newerTransferFee": fees,
        }
    ),
    "mintCloseAuthority": st.fixed_dictionaries({"closeAuthority": keys}),
    "defaultAccountState": st.fixed_dictionaries(
        {"accountState": st.sampled_from(["initialized", "frozen"])}
    ),
    "nonTransferable": st.none(),
    "permanentDelegate": st.fixed_dictionaries({"delegate": keys}),
    "transferHook": st.fixed_dictionaries({"authority": keys, "programId": keys}),
    "metadataPointer": st.fixed_dictionaries({"authority": keys, "metadataAddress": keys}),
    "pausableConfig": st.fixed_dictionaries({"authority": keys, "paused": st.booleans()}),
    "tokenMetadata": st.fixed_dictionaries(
        {
            "additionalMetadata": st.lists(st.lists(texts, min_size=2, max_size=2), max_size=2),
            "mint": st.just(KEY),
            "name": texts,
            "symbol": texts,
            "updateAuthority": keys,
            "uri": texts,
        }
    ),
}
extensions = st.lists(st.sampled_from(sorted(STATES)), unique=True, max_size=4).flatmap(
    lambda names: st.tuples(*(st.builds(Extension, name=st.just(name), state=STATES[name]) for name in names))
)


@given(st.integers(0, 18), u64, keys, keys, extensions)
def test_a_mint_is_read_back_as_it_was_laid_out(
    decimals: int, supply: int, minter: str | None, freezer: str | None, written: tuple[Extension, ...]
) -> None:
    mint = layout.Mint(
        decimals=decimals,
        supply=supply,
        mint_authority=minter,
        freeze_authority=freezer,
        extensions=tuple(written),
    )
    data = layout.pack_mint(mint)
    assert layout.is_mint(data)
    assert layout.unpack_mint(data) == mint


@given(st.binary(max_size=70))
def test_base58_agrees_with_the_library(raw: bytes) -> None:
    assert unbase58(base58(raw)) == raw
    if len(raw) == 32:
        assert base58(raw) == str(Pubkey(raw))


def test_a_plain_mint_and_account_are_byte_for_byte_those_of_the_library() -> None:
    minter = Pubkey.from_string(KEY)
    theirs = SplMint(
        mint_authority=minter, supply=123, decimals=6, is_initialized=True, freeze_authority=None
    )
    ours = layout.Mint(decimals=6, supply=123, mint_authority=KEY, freeze_authority=None)
    assert layout.pack_mint(ours) == bytes(theirs)
    account = SplAccount.from_bytes(
        layout.pack_account(layout.TokenAccount(mint=KEY, owner=OTHER, amount=77))
    )
    assert (str(account.mint), str(account.owner), account.amount) == (KEY, OTHER, 77)


def test_a_fee_mint_has_the_length_that_was_recorded() -> None:
    """278 bytes: getAccountInfo of a Token-2022 mint whose only extension is the transfer fee."""
    fee = transfer_fee(KEY, bps=300, later_bps=300, later_epoch=530)
    mint = layout.Mint(decimals=5, supply=1, mint_authority=None, freeze_authority=None, extensions=(fee,))
    assert len(layout.pack_mint(mint)) == 278


def test_the_token_program_itself_takes_the_tax_that_the_bytes_state() -> None:
    program, owner = Pubkey.from_string(TokenProgram.TOKEN_2022), Keypair()
    mint, source, target = (
        Pubkey.from_string(seeds.address(2, name)) for name in ("mint", "source", "target")
    )
    fee = transfer_fee(None, bps=300, later_bps=300, later_epoch=0)
    withheld = (Extension(name="transferFeeAmount", state={"withheldAmount": 0}),)
    vm = LiteSVM().with_blockhash_check(False)
    vm.airdrop(owner.pubkey(), 10**9)

    def put(address: Pubkey, data: bytes) -> None:
        rent = vm.minimum_balance_for_rent_exemption(len(data))
        vm.set_account(address, Account(rent, data, program, False, 2**64 - 1))

    put(
        mint,
        layout.pack_mint(
            layout.Mint(
                decimals=6, supply=10**12, mint_authority=None, freeze_authority=None, extensions=(fee,)
            )
        ),
    )
    for address, amount in ((source, 10**12), (target, 0)):
        account = layout.TokenAccount(
            mint=str(mint), owner=str(owner.pubkey()), amount=amount, extensions=withheld
        )
        put(address, layout.pack_account(account))
    metas = [
        AccountMeta(source, False, True),
        AccountMeta(mint, False, False),
        AccountMeta(target, False, True),
        AccountMeta(owner.pubkey(), True, False),
    ]
    transfer = Instruction(program, struct.pack("<BQB", 12, 1_000_000, 6), metas)
    message = Message.new_with_blockhash([transfer], owner.pubkey(), Hash.default())
    vm.send_transaction(Transaction([owner], message, Hash.default()))
    held = vm.get_account(target)
    assert held is not None
    received = layout.unpack_account(bytes(held.data))
    assert received.amount == 970_000
    assert received.extensions[0].state == {"withheldAmount": 30_000}


def test_an_unknown_extension_is_refused_both_ways() -> None:
    mint = layout.Mint(
        decimals=0,
        supply=0,
        mint_authority=None,
        freeze_authority=None,
        extensions=(Extension(name="groupPointer", state={}),),
    )
    with pytest.raises(InvariantBroken, match="groupPointer"):
        layout.pack_mint(mint)
    data = bytes(layout.ACCOUNT_SPACE) + b"\x01" + struct.pack("<HH", 999, 0)
    with pytest.raises(InvariantBroken, match="999"):
        layout.unpack_mint(data)


@pytest.mark.parametrize(
    ("raw", "decimals", "text"),
    [(0, 6, "0"), (1, 9, "0.000000001"), (8799471343582888521, 5, "87994713435828.88521"), (7, 0, "7")],
)
def test_amounts_are_printed_exactly(raw: int, decimals: int, text: str) -> None:
    assert layout.amount_json(raw, decimals)["uiAmountString"] == text
