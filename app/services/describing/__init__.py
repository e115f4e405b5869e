"""What faces look like and photos show: worked out when asked for, or in the background."""

from app.services.describing.analysis import AnalysedFace, ImageAnalyser, ImageAnalysis
from app.services.describing.run import KIND
from app.services.describing.service import DescribeService
from app.services.describing.whole import WholePicture

__all__ = ["KIND", "AnalysedFace", "DescribeService", "ImageAnalyser", "ImageAnalysis", "WholePicture"]
