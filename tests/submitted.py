"""Files for the kinds as the tests need them: a valid base for each, and accepted months behind it."""

import csv
import io
from collections.abc import Mapping

from publisher.catalogue import Kind, Office
from publisher.checking import check_file

Line = Mapping[str, str]

PROCEDURES: Line = {
    "unit_code": "00004", "period": "2026-06", "basis": "month", "field_code": "HT",
    "received_total": "46", "received_online": "12", "received_offline": "30", "carried_over": "4",
    "resolved_total": "40", "resolved_early": "30", "resolved_on_time": "10", "resolved_late": "0",
    "pending_total": "6", "pending_in_time": "6", "pending_late": "0",
}  # fmt: skip
FEEDBACK: Line = {
    "unit_code": "00004", "period": "2026-06", "basis": "month", "feedback_type": "comment",
    "carried_over": "2", "received_new": "10", "processed_total": "9", "processed_on_time": "9", "processed_late": "0",
    "in_progress": "3", "in_progress_overdue": "0",
}  # fmt: skip
SERVICE_QUALITY: Line = {
    "unit_code": "00004", "period": "2026-06", "basis": "month", "as_of": "2026-06-30",
    "transparency_score": "18", "progress_score": "19,5", "digitisation_score": "20,25",
    "online_service_score": "8", "online_payment_score": "9", "satisfaction_score": "18", "total_score": "92,75",
}  # fmt: skip
SATISFACTION: Line = {
    "unit_code": "00004", "period": "2026-06", "contact_point": "procedures", "form": "counter", "channel": "verified",
    "question": "overall", "question_vi": "Nhìn chung, Ông/Bà hài lòng ở mức nào?", "question_en": "",
    "scale": "levels5", "role": "overall", "answers": "40", "satisfied": "34", "points": "167", "no_answer": "0",
    "level_5": "16", "level_4": "18", "level_3": "4", "level_2": "1", "level_1": "1",
    "unmarked_answers": "40", "unmarked_satisfied": "34",
}  # fmt: skip
WHOLE_FORM: Line = {
    **SATISFACTION, **dict.fromkeys(
        ("question_vi", "scale", "satisfied", "points", "no_answer", "level_5", "level_4", "level_3", "level_2",
         "level_1", "unmarked_answers", "unmarked_satisfied"), ""),
    "question": "form", "role": "form", "slips_printed": "100", "slips_used": "40",
}  # fmt: skip
ONE_STOP_SCORES: Line = {
    "unit_code": "00004", "period": "2026-06", "indicator": "1", "points": "60", "assessed": "40",
    "stated_score": "1,5",
}  # fmt: skip
BASES: Mapping[str, Line] = {
    "procedures": PROCEDURES,
    "feedback": FEEDBACK,
    "service_quality": SERVICE_QUALITY,
    "satisfaction": SATISFACTION,
    "one_stop_scores": ONE_STOP_SCORES,
}


def file_of(kind: Kind, *lines: Line) -> bytes:
    """A file with the Vietnamese headers of the columns that some line has; other columns are absent."""
    names = [name for name in kind.columns if any(name in line for line in lines)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([kind.columns[name].titles.vi for name in names])
    writer.writerows([line.get(name, "") for name in names] for line in lines)
    return text.getvalue().encode()


def put(office: Office, kind: Kind, *lines: Line) -> None:
    """Put lines of one unit and period where accepted data stand, whatever is wrong with them."""
    checked = check_file(office, kind, file_of(kind, *lines), collect=True)
    for (unit, period), rows in checked.submissions.items():
        path = office.data_file(kind.name, unit, period)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(kind.columns)
            writer.writerows(rows)
