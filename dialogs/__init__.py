"""What the client sees: one file a conversation, each read from top to bottom."""

from aiogram_dialog import Dialog

from dialogs import (
    access,
    answer,
    asked,
    check_in,
    claim,
    consent,
    crisis,
    enquiry,
    find,
    language,
    matters,
    menu,
    my_data,
    place,
    reflection,
    renewal,
    suggestions,
    text_messages,
    tidy,
    welcome,
    withdrawal,
    worried,
)


def build_all() -> list[Dialog]:
    """Every dialog, new: a dialog can be attached to one dispatcher only."""
    rooms = (
        welcome,
        menu,
        language,
        crisis,
        check_in,
        reflection,
        suggestions,
        find,
        place,
        worried,
        consent,
        renewal,
        withdrawal,
        matters,
        access,
        my_data,
        text_messages,
        claim,
        answer,
        tidy,
        enquiry,
        asked,
    )
    return [room.build() for room in rooms]
