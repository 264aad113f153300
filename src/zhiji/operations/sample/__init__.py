"""The sample company of ``zhiji demo``: generated with a known truth, which an import must find again."""

from zhiji.operations.sample.company import PARAMETERS, ZONE, SampleCompany, generate_sample

__all__ = ["PARAMETERS", "ZONE", "SampleCompany", "generate_sample"]
