"""What the client sees: one file a conversation, each read from top to bottom."""

from aiogram_dialog import Dialog

from dialogs import (
    access,
    answer,
    appointments,
    asked,
    check_in,
    claim,
    closing,
    consent,
    crisis,
    enquiry,
    feedback,
    find,
    follow_up,
    follow_up_settings,
    language,
    matters,
    menu,
    my_data,
    own_times,
    place,
    reflection,
    renewal,
    suggestions,
    telling,
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
        closing,
        appointments,
        follow_up,
        follow_up_settings,
        access,
        my_data,
        own_times,
        claim,
        answer,
        tidy,
        enquiry,
        asked,
        telling,
        feedback,
    )
    return [room.build() for room in rooms]
