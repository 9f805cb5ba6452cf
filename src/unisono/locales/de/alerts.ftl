# Alarme von Monitoren, wie sie in der Post und im Chat stehen.

alert-spiked-subject = { $organisation }: „{ $monitor }“ findet ungewöhnlich viel
alert-spiked-text =
    „{ $monitor }“ findet ungewöhnlich viel: { $posts } Beiträge in { $minutes } Minuten; üblich wären { $usual }.

    Ansehen und zu einem Fall zusammenlegen: { $url }
alert-calmed-subject = { $organisation }: „{ $monitor }“ ist wieder ruhig
alert-calmed-text =
    „{ $monitor }“ findet wieder so viel wie üblich. Am meisten waren es { $most } Beiträge.

    Ansehen: { $url }
alert-test-subject = { $organisation }: Probe eines Alarms von „{ $monitor }“
alert-test-text =
    Das ist eine Probe: Hierher gehen Alarme des Monitors „{ $monitor }“.

    Ändern lässt sich das in Unisono unter Zuhören, „Alarme gehen an“: { $url }
