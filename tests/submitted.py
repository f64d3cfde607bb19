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
TASKS: Line = {
    "unit_code": "00004", "period": "2026-06", "task_class": "due_report", "carried_over": "5", "assigned_new": "15",
    "tasks_total": "20", "done_on_time": "12", "done_late": "0", "open_in_time": "8", "open_overdue": "0",
}  # fmt: skip
TASK_REGISTER: Line = {
    "unit_code": "00004", "period": "2026-06", "task_code": "NV-01/2026", "title": "Rà soát thủ tục hành chính",
    "assigned_by_no": "12/UBND-VP", "assigned_on": "2026-05-04", "task_class": "due_report", "due_on": "2026-06-30",
    "report_on": "2026-06-25", "extended_to": "", "done_on": "", "status": "open_in_time", "days_overdue": "0",
    "visibility": "public", "secrecy": "",
}  # fmt: skip
INSPECTIONS: Line = {
    "unit_code": "00004", "period": "2026-06", "inspection_type": "unannounced", "first_on": "2026-06-02",
    "inspections": "1", "places_inspected": "6", "places_with_findings": "2", "findings_total": "3",
    "finding_hours": "2", "finding_card": "1", "finding_dress": "0", "finding_attitude": "0", "finding_posting": "0",
    "finding_hygiene": "0", "finding_alcohol": "0", "finding_private": "0", "finding_reception": "0",
    "finding_other": "0", "carried_open": "1", "remedied": "2", "remedied_in_time": "2", "still_open": "2",
    "still_overdue": "0", "remedy_due_on": "2026-06-30",
}  # fmt: skip
RECEPTION: Line = {
    "unit_code": "00004", "period": "2026-06", "reception_type": "scheduled", "days_held": "2", "days_by_head": "2",
    "visits": "98", "persons": "115", "large_groups": "1", "large_group_persons": "9", "matters_total": "10",
    "complaints": "3", "denunciations": "1", "recommendations": "4", "reports": "2", "accepted": "3", "forwarded": "2",
    "explained": "4", "pending": "1",
}  # fmt: skip
SELF_ASSESSMENT: Line = {
    "unit_code": "00004", "period": "2026-06", "staff_total": "20", "graded_excellent": "3", "graded_good": "14",
    "graded_completed": "2", "graded_failed": "0", "not_graded": "1",
}  # fmt: skip
PAR_INDEX: Line = {
    "unit_code": "00004", "period": "2025-12", "component": "impact", "points": "13,25", "maximum": "15",
    "survey_points": "9,5", "survey_maximum": "11", "decision_no": "412/QĐ-UBND", "decision_on": "2026-03-27",
}  # fmt: skip
COMMENDATIONS: Line = {
    "unit_code": "00004", "period": "2026-06", "entry_code": "KT01", "recipient_type": "collective",
    "recipient": "Bộ phận một cửa", "recipients": "1", "award": "commune", "what_for": "Giải quyết hồ sơ đúng hạn",
    "decision_no": "56/QĐ-UBND", "decision_on": "2026-06-01",
}  # fmt: skip
FEEDBACK_ANSWERS: Line = {
    "unit_code": "00004", "period": "2026-06", "row_kind": "entry", "entry_code": "G1", "said_in": "2026-05",
    "source": "survey", "theme": "place", "said": "Ghế ngồi chờ quá ít", "answered": "Đã thêm 20 ghế", "status": "done",
    "done_on": "2026-06-10", "planned_on": "", "reason": "", "received": "", "published_whole": "",
    "published_redacted": "", "withheld": "", "waiting": "",
}  # fmt: skip
SAID_IN_MAY: Line = {
    **FEEDBACK_ANSWERS, "row_kind": "month", "entry_code": "T2026-05", "source": "", "theme": "", "said": "",
    "answered": "", "status": "", "done_on": "", "received": "7", "published_whole": "3", "published_redacted": "1",
    "withheld": "2", "waiting": "1",
}  # fmt: skip
"""The counts of the same month."""
PROCEDURE_CATALOGUE: Line = {
    "unit_code": "00004", "period": "2026-06", "procedure_code": "1.001193", "procedure_name": "Đăng ký khai sinh",
    "field": "Hộ tịch", "level": "Cấp Xã", "decision_no": "215/QĐ-UBND", "decision_on": "2026-06-01",
    "time_limit": "Ngay trong ngày làm việc", "fee": "Không", "documents_needed": "Tờ khai; giấy chứng sinh",
    "online_level": "full", "process_no": "233/QĐ-UBND", "process_link": "",
}  # fmt: skip
DISCLOSURES: Line = {
    "unit_code": "00004", "period": "2026-06", "item_code": "01", "content": "c02",
    "title": "Dự toán ngân sách năm 2026", "decision_no": "12/QĐ-UBND", "decision_on": "2026-04-23",
    "place": "Trụ sở Ủy ban nhân dân phường", "posted_from": "2026-05-05", "posted_to": "2026-06-10",
    "web_link": "https://phuong.example.vn/ngan-sach", "loudspeaker_days": "3",
}  # fmt: skip
WORK_SCHEDULE: Line = {
    "unit_code": "00004", "period": "2026-06", "entry_code": "01", "held_on": "2026-06-03", "begins_at": "08:00",
    "ends_at": "11:30", "title": "Tiếp công dân định kỳ", "activity": "reception",
    "place": "Trụ sở tiếp công dân phường", "leader": "chair", "status": "planned", "note": "", "visibility": "public",
}  # fmt: skip
COUNTER = {"counter_code": "00004-01", "unit_code": "00004", "name_vi": "Quầy 1", "contact_point": "procedures"}
"""The counter of which some lines speak: an office that takes them has it."""

COUNTER_WEEKS: Line = {
    "unit_code": "00004", "period": "2026-06", "counter_code": "00004-01", "week_from": "2026-06-01",
    "week_to": "2026-06-07", "received": "60", "resolved": "50", "resolved_in_time": "48", "resolved_late": "2",
    "pending_in_time": "30", "pending_late": "1",
}  # fmt: skip
BUDGET: Line = {
    "unit_code": "00004", "period": "2026-06", "stage": "execution", "form_no": "113", "side": "expenditure",
    "line_code": "2", "parent_code": "", "title": "Chi thường xuyên", "planned": "9000", "done": "4200",
    "done_last_year": "4000", "decision_no": "", "decision_on": "",
}  # fmt: skip
BASES: Mapping[str, Line] = {
    "procedures": PROCEDURES,
    "feedback": FEEDBACK,
    "service_quality": SERVICE_QUALITY,
    "satisfaction": SATISFACTION,
    "one_stop_scores": ONE_STOP_SCORES,
    "tasks": TASKS,
    "task_register": TASK_REGISTER,
    "inspections": INSPECTIONS,
    "reception": RECEPTION,
    "self_assessment": SELF_ASSESSMENT,
    "par_index": PAR_INDEX,
    "commendations": COMMENDATIONS,
    "feedback_answers": FEEDBACK_ANSWERS,
    "procedure_catalogue": PROCEDURE_CATALOGUE,
    "disclosures": DISCLOSURES,
    "work_schedule": WORK_SCHEDULE,
    "counter_weeks": COUNTER_WEEKS,
    "budget": BUDGET,
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
