"""Segments of customers: RFM scores with named segments, and k-means that says whether its segments are natural."""

from zhiji.algorithms.segmentation.afterwards import spend_afterwards
from zhiji.algorithms.segmentation.describing import SegmentDescription
from zhiji.algorithms.segmentation.kmeans import KMeansSegments
from zhiji.algorithms.segmentation.matching import LabelMatch, match_labels
from zhiji.algorithms.segmentation.named import SEGMENT_MAP, SEGMENTS, segment_message
from zhiji.algorithms.segmentation.rfm import RFM

__all__ = [
    "RFM",
    "SEGMENTS",
    "SEGMENT_MAP",
    "KMeansSegments",
    "LabelMatch",
    "SegmentDescription",
    "match_labels",
    "segment_message",
    "spend_afterwards",
]
