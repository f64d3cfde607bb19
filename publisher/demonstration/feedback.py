"""Comments, reports and recommendations of citizens."""

from publisher.catalogue import Unit
from publisher.demonstration.flaws import flaw
from publisher.demonstration.making import LATE_REASONS, MERGED, Maker, Row


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One unit's month of feedback, a row a kind of feedback."""
    found: list[Row] = []
    quiet = flaw("nothing to count", "feedback", unit.code, period)
    for kind, monthly in (("comment", 4), ("recommendation", 3), ("procedure_report", 5), ("field_report", 14)):
        new = 0 if quiet else maker.around(monthly * maker.size(unit))
        key = f"{unit.code}{kind}"
        if period == "2025-07" and unit.code in MERGED.values():
            maker.backlog[key] = sum(maker.backlog.pop(f"{old}{kind}", 0) for old in MERGED)
        carried = maker.backlog.get(key, 0)
        total = carried + new
        progress = min(total, maker.around(total * 0.12)) if not quiet else total
        forwarded = min(total - progress, maker.around(total * 0.08)) if not quiet else 0
        rejected = min(total - progress - forwarded, maker.around(total * 0.03)) if not quiet else 0
        processed = total - progress - forwarded - rejected
        late = min(processed, maker.around(processed * maker.care(unit) * 2))
        overdue = min(progress, maker.around(progress * maker.care(unit) * 4))
        rated = round(processed * maker.chance.uniform(0.3, 0.7))
        happy = round(rated * maker.chance.uniform(0.75, 0.98))
        channels = maker.split(new, (0.2, 0.03, 0.32, 0.22, 0.14, 0.06, 0.03))
        classes = maker.split(new, (0.12, 0.08, 0.02, 0.78) if kind == "field_report" else (0.4, 0.3, 0.1, 0.2))
        maker.backlog[key] = progress
        found.append(
            {
                "unit_code": unit.code,
                "period": period,
                "feedback_type": kind,
                "carried_over": carried,
                "received_new": new,
                **dict(
                    zip(
                        (
                            "received_phone",
                            "received_email",
                            "received_web",
                            "received_social",
                            "received_in_person",
                            "received_letter",
                            "received_other",
                        ),
                        channels,
                        strict=True,
                    )
                ),
                **dict(zip(("class_conduct", "class_regulation", "class_both", "class_other"), classes, strict=True)),
                "under_authority": total - forwarded - rejected,
                "processed_total": processed,
                "processed_on_time": processed - late,
                "processed_late": late,
                "in_progress": progress,
                "in_progress_overdue": overdue,
                "waiting": 0,
                "awaiting_info": 0,
                "rejected": rejected,
                "forwarded": forwarded,
                "forwarded_on_time": forwarded,
                "published_results": round(processed * 0.9),
                "satisfied": happy,
                "dissatisfied": rated - happy,
                "late_reason": maker.chance.choice(LATE_REASONS) if late or overdue else "",
                "note": "",
            }
        )
    return found
