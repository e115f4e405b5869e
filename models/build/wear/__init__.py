"""Eyeglasses, sunglasses, beard and mustache: a probe on a face network, fitted here.

No package ships weights for these. The network is the trunk of SFace (models/build/sface.py) up to the
twelfth of its fourteen blocks: trained to tell people apart, it has learnt what frames, lenses and hair on
the skin look like. The means of its maps over the eyes, the upper lip and the chin go into four logistic
regressions, which are fitted on photographs, labelled by eye, and on the same faces with eyewear and hair
drawn on them.

    python -m models.build                         makes wear.onnx from SFace and heads.npz
    python -m models.build.wear --data DIR...      fits heads.npz anew and says what it reaches

The second needs a folder of photographs for each DIR, as `photographs.py` describes it. docs/adr/0064 tells
what was tried and measured.
"""
