"""Choices of the verbs about reports to regulators: what can be determined, the regimes in force, and their reports.

A test holds them equal to the data files in bot/config/outside/regimes/.
"""

from __future__ import annotations

from typing import Final

DETERMINATIONS: Final = (
    ("aware_personal_data_breach", "We are aware of a personal data breach"),
    ("aware_significant_incident", "We are aware of a significant incident"),
    ("classified_major", "The incident is classified as major"),
    ("aware_ict_incident", "We are aware of the ICT incident"),
    ("noticed_incident", "The incident was noticed, or we were informed of it"),
    ("materiality_determined", "The incident is determined to be material"),
    ("aware_material_security_incident", "We are aware of a material information security incident"),
    ("aware_operational_risk_incident", "We are aware of an operational risk incident that is likely material"),
    ("aware_tolerance_breach", "We are aware of a disruption outside tolerance"),
    ("aware_exploited_vulnerability", "We are aware of an actively exploited vulnerability"),
    ("aware_severe_incident", "We are aware of a severe incident of our product"),
    ("measure_available", "A corrective measure is available"),
    ("discovered_notification_event", "A notification event of 500 consumers or more is discovered"),
    ("discovered_phi_breach", "A breach of protected health information is discovered"),
    ("discovered_phi_breach_500", "It concerns 500 people or more"),
    ("discovered_relevant_incident", "A relevant incident is discovered"),
    ("determined_cybersecurity_incident", "A cybersecurity incident is determined"),
    ("ransom_paid", "A ransom was paid"),
    ("determined_notification_incident", "A notification incident is determined"),
    ("discovered_resident_breach", "A breach of residents data is discovered"),
)
REGIMES: Final = (
    ("gdpr33", "GDPR Article 33"),
    ("nis2", "NIS2 Article 23"),
    ("dora", "DORA Article 19"),
    ("certin", "CERT-In"),
    ("sec_8k", "SEC Form 8-K"),
    ("apra", "APRA CPS 234 and 230"),
    ("cra", "EU Cyber Resilience Act Article 14"),
    ("ftc", "FTC Safeguards Rule"),
    ("hipaa", "HIPAA breach notification"),
    ("mas", "MAS notices"),
    ("nydfs", "NYDFS 500.17"),
    ("uk_gdpr", "UK GDPR Article 33"),
    ("us_bank", "US banks, notification incident"),
    ("us_ca", "California breach notice"),
)
REPORTS: Final = (
    ("authority", "Authority"),
    ("early_warning", "Early warning"),
    ("notification", "Notification"),
    ("final", "Final"),
    ("initial", "Initial"),
    ("intermediate", "Intermediate"),
    ("report", "Report"),
    ("item_1_05", "Item 1 05"),
    ("security_incident", "Security incident"),
    ("operational_risk", "Operational risk"),
    ("disruption", "Disruption"),
    ("early_warning_vulnerability", "Early warning vulnerability"),
    ("notification_vulnerability", "Notification vulnerability"),
    ("final_vulnerability", "Final vulnerability"),
    ("early_warning_incident", "Early warning incident"),
    ("notification_incident", "Notification incident"),
    ("final_incident", "Final incident"),
    ("notice", "Notice"),
    ("individuals", "Individuals"),
    ("hhs", "Hhs"),
    ("root_cause", "Root cause"),
    ("payment_notice", "Payment notice"),
    ("payment_explanation", "Payment explanation"),
    ("regulator", "Regulator"),
    ("residents", "Residents"),
    ("attorney_general", "Attorney general"),
)
