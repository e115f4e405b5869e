"""The picture canvas: zoom and pan, boxes, handles, landmarks, labels. Shared by Photo and Compare."""
