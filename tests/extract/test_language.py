"""Which abstracts are not English, and in what language they are."""

# ruff: noqa: E501 - abstracts stand on one line, in their own letters
from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from kg.extract.language import UNKNOWN, find_language
from kg.graph import build_graph
from kg.model import Concept, Paper
from kg.rdf import to_rdf, validate
from kg.rdf.shacl import ENGINES
from kg.read import read_papers

ABSTRACTS = {
    "pl": "W tej pracy przedstawiamy nową metodę klasyfikacji obrazów, która nie wymaga dużych zbiorów danych. Eksperymenty pokazują, że nasz model jest szybszy oraz dokładniejszy od wcześniejszych rozwiązań.",
    "sv": "I den här artikeln presenterar vi en ny metod för att klassificera bilder med hjälp av djupa nätverk. Resultaten visar att metoden är snabbare och mer träffsäker än tidigare arbeten, och att den inte kräver stora mängder data.",
    "da": "I denne artikel præsenterer vi en ny metode til at klassificere billeder ved hjælp af dybe netværk. Resultaterne viser, at metoden er hurtigere og bedre end tidligere arbejde, og at den ikke kræver store mængder data.",
    "no": "I denne artikkelen presenterer vi en ny metode for å klassifisere bilder ved hjelp av dype nettverk. Resultatene viser at metoden er raskere og bedre enn tidligere arbeid, og at den ikke krever store mengder av data.",
    "tr": "Bu çalışmada görüntü sınıflandırma için yeni bir yöntem öneriyoruz. Yöntem derin ağlara dayanır ve az sayıda örnek ile eğitilebilir. Deneyler, önceki çalışmalara göre daha hızlı olduğunu gösteriyor.",
    "vi": "Trong bài báo này, chúng tôi đề xuất một phương pháp mới cho phân loại ảnh dựa trên mạng sâu. Kết quả cho thấy mô hình nhanh hơn và chính xác hơn các phương pháp trước đây.",
    "id": "Dalam makalah ini kami mengusulkan metode baru untuk klasifikasi gambar yang tidak memerlukan data dalam jumlah besar. Hasil percobaan menunjukkan bahwa model ini lebih cepat dan lebih akurat dari metode lain.",
    "cs": "V této práci navrhujeme novou metodu pro klasifikaci obrazů, která nevyžaduje velké množství dat. Výsledky ukazují, že náš model je rychlejší a přesnější než předchozí přístupy, které jsou založeny na sítích.",
    "sk": "V tejto práci navrhujeme novú metódu na klasifikáciu obrazov, ktorá nepotrebuje veľké množstvo dát. Výsledky ukazujú, že náš model je rýchlejší a presnejší ako iné postupy, ktoré sú založené na sieťach.",
    "fi": "Tässä työssä esitämme uuden menetelmän kuvien luokitteluun. Menetelmä perustuu syviin verkkoihin, ja se voidaan opettaa pienellä aineistolla. Kokeet osoittavat, että malli on nopeampi kuin aiemmat, mutta myös tarkempi.",
    "ro": "În această lucrare propunem o metodă nouă pentru clasificarea imaginilor, care nu are nevoie de multe date. Rezultatele arată că modelul este mai rapid și mai precis decât soluțiile din literatură.",
    "hu": "Ebben a cikkben egy új módszert mutatunk be képek osztályozására, amely nem igényel sok adatot. Az eredmények azt mutatják, hogy a modell gyorsabb és pontosabb, mint a korábbi megoldások.",
    "hr": "U ovom radu predlažemo novu metodu za razvrstavanje slika koja ne traži mnogo podataka. Rezultati pokazuju da je model brži i točniji od ranijih rješenja, koja su se oslanjala na velike skupove.",
    "sl": "V tem članku predlagamo novo metodo za razvrščanje slik, ki ne potrebuje veliko podatkov. Rezultati kažejo, da je model hitrejši in natančnejši od prejšnjih, ki so bili učeni na velikih zbirkah.",
    "ca": "En aquest article presentem un mètode nou per classificar imatges amb xarxes profundes. Els resultats mostren que el model és més ràpid i més precís que els anteriors, i que no necessita una gran quantitat de dades.",
    "pt": "Neste artigo apresentamos um método novo para a classificação de imagens com redes profundas. Os resultados mostram que o modelo é mais rápido do que os anteriores e não exige uma grande quantidade de dados.",
    "uk": "У цій роботі ми пропонуємо новий метод класифікації зображень, який не потребує великих наборів даних. Наша модель є швидшою та точнішою за попередні.",
    "be": "У гэтай працы мы прапануем новы метад класіфікацыі выяў, які не патрабуе вялікай колькасці даных. Наша мадэль хутчэйшая за папярэднія.",
    "bg": "В тази работа предлагаме нов метод за класификация на изображения, който не изисква голям обем данни. Резултатите показват, че моделът е по-бърз и по-точен от досегашните.",
    "sr": "У овом раду предлажемо нову методу за разврставање слика која не захтева много података. Резултати показују да је наш модел бржи и тачнији од ранијих решења.",
    "kk": "Бұл жұмыста біз суреттерді жіктеудің жаңа әдісін ұсынамыз. Нәтижелер біздің модель бұрынғы әдістерге қарағанда жылдам және дәл екенін көрсетеді.",
    "fa": "در این مقاله روشی تازه برای دسته‌بندی تصویر پیشنهاد می‌کنیم که به داده‌های زیادی نیاز ندارد. نتایج نشان می‌دهد که مدل ما از روش‌های گذشته سریع‌تر است.",
    "ur": "اس مقالے میں ہم تصویروں کی درجہ بندی کا ایک نیا طریقہ پیش کرتے ہیں جس کے لیے زیادہ ڈیٹا کی ضرورت نہیں ہے۔ نتائج بہتر ہیں۔",
    "ar": "نقترح في هذه الورقة طريقة جديدة لتصنيف الصور لا تحتاج إلى بيانات كثيرة، وتبين النتائج أن النموذج أسرع وأدق من الطرق السابقة.",
    "ru": "В этой работе мы предлагаем новый метод классификации изображений, который не требует больших объёмов данных и выделяет объекты точнее прежних.",
    "ta": "இந்தக் கட்டுரையில் படங்களை வகைப்படுத்தும் ஒரு புதிய முறையை முன்மொழிகிறோம். முடிவுகள் நல்லவை.",
}  # fmt: skip
UNNAMED = {
    "Lithuanian": "Šiame straipsnyje siūlome naują vaizdų klasifikavimo būdą, kuriam nereikia daug duomenų. Rezultatai rodo, kad modelis yra greitesnis ir tikslesnis.",
    "Basque": "Lan honetan irudiak sailkatzeko metodo berri bat proposatzen dugu, datu asko behar ez duena. Emaitzek erakusten dute gure eredua azkarragoa dela.",
    "Swahili": "Katika makala hii tunapendekeza njia mpya ya kuainisha picha ambayo haihitaji data nyingi. Matokeo yanaonyesha kwamba mfumo wetu ni wa haraka zaidi.",
    "Kyrgyz": "Бул эмгекте биз сүрөттөрдү бөлүштүрүүнүн жаңы жолун сунуштайбыз, ал көп маалыматты талап кылбайт жана мурункулардан тезирээк иштейт.",
    "Tibetan": "ང་ཚོས་པར་རིས་དབྱེ་བའི་ཐབས་གསར་པ་ཞིག་བཏོན་པ་ཡིན། འབྲས་བུ་ཡག་པོ་བྱུང་།",
}  # fmt: skip
ENGLISH = {
    "short": "System demonstration, source code available online.",
    "foreign names": "We study the poetry of Mickiewicz, Słowacki, Norwid and Krasiński, and of the Czech authors Čapek, Kundera and Hašek, with a topic model that is trained on old prints from Łódź and Kraków.",
    "words of others": "We parse the sentence “der Hund, die Katze und das Pferd sind auf dem Feld” and show that the order of its words can be learned from a corpus of German.",
    "formulas": "Let $x_i \\in \\mathbb{R}^d$ and $f(x) = \\sigma(W x + b)$, with $\\sigma$ as in (2). Then $\\|f(x) - f(y)\\| \\le L \\|x - y\\|$ for all $x, y$, by the lemma of Foo and Bar.",
    "a sentence": "We propose a new model for image classification on phones, as in earlier work.",
    "no words": "x y z " * 40,
    "names": "MobileNet, ResNet, BERT and GPT are compared on ImageNet, COCO, GLUE and SQuAD with three seeds each.",
    "few words": "Abstract—We propose EmDash, a gesture recognition network. Index Terms—gesture recognition, convolutional neural networks, EmDash.",
    "addresses": "Code: https://github.com/lamp/post and https://gitlab.com/lamp/post/tree/main/models Video: https://tidy.org/lamp/video.html Data: tidy.org/lamp/data/lights/of/all/kinds",
    "commands": r"\begin{align} \min_\theta \sum_{i} \ell(f_\theta(x_i), y_i) + \lambda \|\theta\| \alpha \beta \gamma \delta \epsilon \zeta \eta \phi \psi \omega \kappa \mu \nu \end{align}",
    "other letters": "Ἀλήθεια and λόγος are the words that we search for in this corpus, and we show where they stand.",
}  # fmt: skip


@pytest.mark.parametrize("code", ABSTRACTS)
def test_languages_are_told_apart(code: str) -> None:
    assert find_language(ABSTRACTS[code]) == code


@pytest.mark.parametrize("code", ["pl", "vi", "cs", "ro", "uk"])
def test_letters_with_marks_of_their_own_are_the_same_letters(code: str) -> None:
    assert find_language(unicodedata.normalize("NFD", ABSTRACTS[code])) == code


@pytest.mark.parametrize("name", UNNAMED)
def test_what_is_not_english_and_not_known_is_undetermined(name: str) -> None:
    assert find_language(UNNAMED[name]) == UNKNOWN


@pytest.mark.parametrize("name", ENGLISH)
def test_english_is_not_flagged(name: str) -> None:
    assert find_language(ENGLISH[name]) is None


@pytest.mark.parametrize("code", ABSTRACTS)
def test_an_english_abstract_with_another_below_is_english(code: str) -> None:
    english = (
        "We present a method for the analysis of images that is fast and works on any machine. "
        "It learns from few examples, and its results are better than those of earlier work. "
    )
    assert find_language(english * 3 + ABSTRACTS[code][:60]) is None


@pytest.mark.parametrize("code", ["pl", UNKNOWN])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_flag_is_valid_in_rdf(
    code: str, engine: str, papers: tuple[Paper, ...], concepts: tuple[Concept, ...]
) -> None:
    flagged = (replace(papers[0], language=code), *papers[1:])
    report = validate(to_rdf(build_graph(flagged, concepts)), engine=engine)
    assert not [result for result in report.results if "language" in result.message]
    wrong = (replace(papers[0], language="undetermined"), *papers[1:])
    report = validate(to_rdf(build_graph(wrong, concepts)), engine=engine)
    assert [result for result in report.results if "language" in result.message]


@pytest.mark.parametrize("code", ["pl", UNKNOWN])
def test_a_flag_comes_back_from_what_extract_wrote(code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    paper = Paper("p", "Tytuł", "Opis", source="a.txt:1", language=code)
    path.write_text(json.dumps(paper.to_dict()), encoding="utf-8")
    assert [paper.language for paper in read_papers(path)] == [code]
